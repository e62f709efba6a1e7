using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.FuzzHost;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Tests.Persistence;

namespace ManagedRetrieval.Tests.Indexing;

/// <summary>Files of indexes that are cut or damaged. What random damage does is <c>tests/fuzz</c>'s to find.</summary>
public sealed class IndexFileDamageTests : IDisposable
{
    private const int Rows = 100, Dimensions = 5;

    private static readonly string[] Names = [.. Enumerable.Range(0, Rows).Select(row => $"ż{row}")];
    private static readonly Tensor<float> Queries = new Draw(82, 12).Tensor<float>(new Shape(3, Dimensions));

    private readonly string _folder = Directory.CreateTempSubdirectory("index-damage-").FullName;

    public static TheoryData<string> Kinds => [.. IndexKinds.Names];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_file_cut_at_the_border_of_any_section_or_beside_it_is_refused_loaded_and_mapped(string kind)
    {
        byte[] whole = Whole(kind);
        SafetensorsFile file = Samples.Load(whole);
        string path = Path.Combine(_folder, "cut.safetensors");
        foreach (int border in file.Tensors.Select(tensor => Start(whole, file, tensor)).Append(0).Append(8).Append(whole.Length))
        {
            foreach (int length in ((int[])[border - 1, border, border + 1]).Where(length => length >= 0 && length != whole.Length))
            {
                await File.WriteAllBytesAsync(path, [.. whole.Take(length), .. new byte[Math.Max(0, length - whole.Length)]]);
                foreach (SnapshotFormatException refused in (SnapshotFormatException[])
                [
                    await Assert.ThrowsAsync<SnapshotFormatException>(() => IndexFile.LoadAsync<string>(path)),
                    Assert.Throws<SnapshotFormatException>(() => IndexFile.Map<string>(path)),
                ])
                {
                    Assert.Contains(path, refused.Message, StringComparison.Ordinal);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_flipped_bit_of_a_mapped_tensor_does_a_search_no_harm_and_verifying_names_the_tensor(string kind)
    {
        const int FlipsOfTensor = 60;
        byte[] whole = Whole(kind);
        SafetensorsFile sound = Samples.Load(whole);
        var filter = new CandidateFilter<string> { Exclusions = [Names[..40], null, Names] };
        int answered = 0;
        foreach (SafetensorsInfo tensor in sound.Tensors)
        {
            long bits = 8 * tensor.ByteLength;
            for (long bit = 0; bit < bits; bit += Math.Max(1, (bits / FlipsOfTensor) + 1))
            {
                byte[] damaged = [.. whole];
                damaged[Start(whole, sound, tensor) + (bit / 8)] ^= (byte)(1 << (int)(bit % 8));
                using SafetensorsFile file = Samples.Map(damaged);
                try
                {
                    TopKIndex<string> index = IndexFile.Read<string>(file, null, null);
                    Assert.All(index.Search(Queries, 7), found => Assert.InRange(found.Length, 0, 7));
                    ScoredCandidate<string>[][] filtered = index.Search(Queries, Rows, filter);
                    Assert.DoesNotContain(filtered[0], found => filter.Exclusions[0]!.Contains(found.Identifier));
                    Assert.DoesNotContain(filtered[2], found => filter.Exclusions[2]!.Contains(found.Identifier));
                    answered++;
                }
                catch (SnapshotFormatException refused)
                {
                    Assert.Contains(Samples.Source, refused.Message, StringComparison.Ordinal);
                }

                Assert.Contains($"tensor '{tensor.Name}': the data is damaged", Assert.Throws<SnapshotFormatException>(() => file.Verify()).Message, StringComparison.Ordinal);
            }
        }

        // Otherwise all would have been refused before a search.
        Assert.InRange(answered, FlipsOfTensor / 2, int.MaxValue);
    }

    private static int Start(byte[] whole, SafetensorsFile file, SafetensorsInfo tensor) =>
        (int)(whole.Length - file.Tensors.Sum(other => other.ByteLength) + tensor.Begin);

    private static byte[] Whole(string kind) => Samples.Bytes(IndexFile.Write(
        IndexKinds.Make(kind, new Draw(81, 12).Tensor<float>(new Shape(Rows, Dimensions)), Names, Similarity.DotProduct)));
}
