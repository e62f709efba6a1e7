using System.Globalization;
using System.Text.Json.Nodes;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Tests.Persistence;

namespace ManagedRetrieval.Tests.Indexing;

/// <summary>Every kind of index goes into a file and comes back.</summary>
public sealed class IndexFileTests : IDisposable
{
    private const int Rows = 300, Dimensions = 9;

    private static readonly Tensor<float> Candidates = new Draw(91, 12).Tensor<float>(new Shape(Rows, Dimensions));
    private static readonly Tensor<float> Queries = new Draw(92, 12).Tensor<float>(new Shape(7, Dimensions));

    private static readonly string[] Names = [.. Enumerable.Range(0, Rows).Select(row => string.Create(CultureInfo.InvariantCulture, $"item {row} ż"))];

    private readonly string _folder = Directory.CreateTempSubdirectory("index-").FullName;

    public static TheoryData<string> Kinds => [.. AllKinds.Keys];

    private static Dictionary<string, Func<Similarity, TopKIndex<string>>> AllKinds { get; } = new()
    {
        ["brute force"] = similarity => new BruteForceIndex<string>(Candidates, Names, similarity: similarity),
        ["float16"] = similarity => new Float16Index<string>(Candidates, Names, similarity: similarity),
        ["int8"] = similarity => new Int8Index<string>(Candidates, Names, similarity: similarity),
        ["int8 alone"] = similarity => new Int8Index<string>(Candidates, Names, new() { KeepEmbeddings = false, Rescored = 20 }, similarity: similarity),
        ["partitioned"] = similarity => PartitionedIndex<string>.Build(Candidates, Names, similarity: similarity),
        ["partitioned, bytes"] = similarity => PartitionedIndex<string>.Build(Candidates, Names, new() { Lists = PartitionedLists.EightBit, Partitions = 5 }, similarity),
        ["partitioned, halves"] = similarity => PartitionedIndex<string>.Build(Candidates, Names, new() { Rescoring = PartitionedRescoring.HalfPrecision }, similarity),
        ["partitioned, floats"] = similarity => PartitionedIndex<string>.Build(Candidates, Names, new() { Rescoring = PartitionedRescoring.FullPrecision }, similarity),
        ["partitioned, tuned"] = similarity => PartitionedIndex<string>.Build(Candidates, Names, new() { Partitions = 20 }, similarity)
            .Tune(0.9, Queries, new TensorCandidates<string>(Candidates, Names), k: 5),
    };

    private string Target => Path.Combine(_folder, "index.safetensors");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task It_answers_the_same_loaded_and_mapped_and_is_saved_as_the_same_bytes(string kind)
    {
        using var team = new WorkerTeam(2);
        foreach (Similarity similarity in Enum.GetValues<Similarity>())
        {
            TopKIndex<string> index = AllKinds[kind](similarity);
            byte[] bytes = Samples.Bytes(IndexFile.Write(index));
            Assert.Equal(bytes, Samples.Bytes(IndexFile.Write(AllKinds[kind](similarity))));
            await IndexFile.SaveAsync(index, Target);
            Assert.Equal(bytes, await File.ReadAllBytesAsync(Target));
            foreach (TopKIndex<string> other in (TopKIndex<string>[])[await IndexFile.LoadAsync<string>(Target, team), IndexFile.Map<string>(Target, team)])
            {
                Assert.Equal((index.GetType(), index.Count, index.Dimensions, similarity), (other.GetType(), other.Count, other.Dimensions, other.Similarity));
                Assert.Equal((index as PartitionedIndex<string>)?.Measured, (other as PartitionedIndex<string>)?.Measured);
                Assert.Equal(index.Search(Queries, 12), other.Search(Queries, 12));
                var filter = new CandidateFilter<string> { Exclusions = [.. Enumerable.Repeat(Names[..9], 7)], Predicate = name => name[^3] != '3' };
                Assert.Equal(index.Search(Queries, 12, filter), other.Search(Queries, 12, filter));
                Assert.Equal(bytes, Samples.Bytes(IndexFile.Write(other)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_tensor_that_is_missing_short_or_of_another_type_and_a_property_that_does_not_fit_are_refused(string kind)
    {
        byte[] whole = Samples.Bytes(IndexFile.Write(AllKinds[kind](Similarity.DotProduct)));
        SafetensorsFile file = Samples.Load(whole);
        string description = file.GetMetadata(IndexCodec.DescriptionKey);
        foreach (SafetensorsInfo tensor in file.Tensors)
        {
            Refused(Without(file, tensor.Name, description));
            Refused(Without(file, tensor.Name, description, writer => writer.AddCopy(tensor.Name, new double[1], 1)));
            Refused(Without(file, tensor.Name, description, writer => Shorter(writer, file, tensor)));
        }

        foreach ((string property, JsonNode? _) in JsonNode.Parse(description)!["index"]!.AsObject())
        {
            foreach (JsonNode? wrong in (JsonNode?[])["-", -1, true, new JsonObject(), int.MaxValue])
            {
                JsonNode root = JsonNode.Parse(description)!;
                bool fits = (property, wrong?.ToJsonString()) is ("rescored" or "probes", "2147483647") or ("model_version", "\"-\"")
                    || (property == "embeddings" && wrong?.ToJsonString() == root["index"]![property]!.ToJsonString());
                root["index"]![property] = wrong;
                if (!fits)
                {
                    Refused(Without(file, "", root.ToJsonString()));
                }
            }

            JsonNode without = JsonNode.Parse(description)!;
            without["index"]!.AsObject().Remove(property);
            Refused(Without(file, "", without.ToJsonString()));
        }
    }

    [Fact]
    public async Task A_file_without_candidates_is_refused_and_damage_of_a_mapped_one_is_found_by_verifying()
    {
        foreach (TopKIndex<string> index in (TopKIndex<string>[])[new Float16Index<string>(Candidates.Rows(0, 1), Names[..1]), new Int8Index<string>(Candidates.Rows(0, 1), Names[..1])])
        {
            byte[] whole = Samples.Bytes(IndexFile.Write(index));
            SafetensorsFile file = Samples.Load(whole);
            var writer = new SafetensorsWriter();
            writer.AddMetadata(IndexCodec.DescriptionKey, file.GetMetadata(IndexCodec.DescriptionKey));
            writer.AddStrings("index.identifiers", []);
            foreach (SafetensorsInfo tensor in file.Tensors.Where(tensor => !tensor.Name.StartsWith("index.identifiers", StringComparison.Ordinal)))
            {
                long[] shape = [.. tensor.Shape];
                shape[0] = 0;
                Add(writer, file, tensor, 0, shape);
            }

            Refused(Samples.Bytes(writer));
            whole[^1] ^= 1;
            await File.WriteAllBytesAsync(Target, whole);
            TopKIndex<string> mapped = IndexFile.Map<string>(Target);
            Assert.Throws<SnapshotFormatException>(() => mapped.Verify());
        }
    }

    [Fact]
    public async Task Numbers_name_candidates_as_well_and_another_type_is_refused_by_name()
    {
        var ints = new Float16Index<int>(Candidates, [.. Enumerable.Range(-5, Rows)]);
        var longs = new Int8Index<long>(Candidates, [.. Enumerable.Range(0, Rows).Select(row => long.MaxValue - row)]);
        await IndexFile.SaveAsync(ints, Target);
        Assert.Equal(ints.Search(Queries, 3), (await IndexFile.LoadAsync<int>(Target)).Search(Queries, 3));
        Assert.Equal(ints.Search(Queries, 3), IndexFile.Map<int>(Target).Search(Queries, 3));
        SnapshotFormatException refused = await Assert.ThrowsAsync<SnapshotFormatException>(() => IndexFile.LoadAsync<long>(Target));
        Assert.Contains("identifiers are of type int, asked for long", refused.Message, StringComparison.Ordinal);
        await IndexFile.SaveAsync(longs, Target);
        Assert.Equal(longs.Search(Queries, 3), IndexFile.Map<long>(Target).Search(Queries, 3));
        await Assert.ThrowsAsync<NotSupportedException>(() => IndexFile.SaveAsync(new BruteForceIndex<Guid>(Candidates.Rows(0, 1), [Guid.Empty]), Target));
    }

    [Fact]
    public async Task An_identifier_that_no_file_can_hold_is_told_of_as_part_of_the_index_that_was_given()
    {
        var index = new BruteForceIndex<string>(Candidates.Rows(0, 2), ["a", "half of \ud83d"]);
        ArgumentException refused = await Assert.ThrowsAsync<ArgumentException>("index", () => IndexFile.SaveAsync(index, Target));
        Assert.Contains("Text 1 of 'index.identifiers'", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    private static void Refused(byte[] bytes) => Assert.Throws<SnapshotFormatException>(() => IndexFile.Read<string>(Samples.Load(bytes), null, null));

    private static byte[] Without(SafetensorsFile file, string left, string description, Action<SafetensorsWriter>? replacement = null)
    {
        var writer = new SafetensorsWriter();
        writer.AddMetadata(IndexCodec.DescriptionKey, description);
        foreach (SafetensorsInfo tensor in file.Tensors.Where(tensor => tensor.Name != left))
        {
            Add(writer, file, tensor, (int)tensor.ElementCount, [.. tensor.Shape]);
        }

        replacement?.Invoke(writer);
        return Samples.Bytes(writer);
    }

    private static void Shorter(SafetensorsWriter writer, SafetensorsFile file, SafetensorsInfo tensor)
    {
        long[] shape = [.. tensor.Shape];
        shape[0]--;
        Add(writer, file, tensor, (int)(tensor.ElementCount / (shape[0] + 1) * shape[0]), shape);
    }

    private static void Add(SafetensorsWriter writer, SafetensorsFile file, SafetensorsInfo tensor, int count, long[] shape)
    {
        switch (tensor.Type)
        {
            case SafetensorsType.F32: writer.Add(tensor.Name, file.ViewFloats(tensor.Name)[..count], shape); break;
            case SafetensorsType.F16: writer.Add(tensor.Name, file.ViewHalves(tensor.Name)[..count], shape); break;
            case SafetensorsType.I64: writer.Add(tensor.Name, file.ViewLongs(tensor.Name)[..count], shape); break;
            case SafetensorsType.I32: writer.Add(tensor.Name, file.ViewInts(tensor.Name)[..count], shape); break;
            case SafetensorsType.U8: writer.Add(tensor.Name, file.ViewBytes(tensor.Name)[..count], shape); break;
            case SafetensorsType.I8: writer.Add(tensor.Name, file.ViewSignedBytes(tensor.Name)[..count], shape); break;
            default: throw new NotSupportedException($"An index holds no {tensor.Type}.");
        }
    }
}
