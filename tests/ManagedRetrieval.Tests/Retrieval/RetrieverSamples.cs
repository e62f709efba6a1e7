using System.Globalization;
using System.Text.Json.Nodes;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Features;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.Retrieval;
using ManagedRetrieval.Tests.Persistence;
using ManagedRetrieval.Tests.Towers;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Retrieval;

/// <summary>Small retrievers, their bytes, and their bytes changed and sealed again.</summary>
internal static class RetrieverSamples
{
    public static readonly string[] Titles = ["a red fish", "one blue żółw", "two fish", "", "red red 🐢", "the last"];

    public static Retriever<string, string, string> Text(TwoTowerOptions? options = null)
    {
        // The sides differ in all but the number of buckets, so that a mix-up shows.
        var queries = new TextFeature(new TextFeatureOptions { Buckets = 11, WordPairs = false, MinimumCharacterNGram = 2, MaximumCharacterNGram = 3, Seed = ulong.MaxValue });
        var candidates = new TextFeature(new TextFeatureOptions { Buckets = 11, Words = false, MinimumCharacterNGram = 0, MaximumCharacterNGram = 0 });
        var model = new TwoTowerModel<string, string>(queries, candidates, options ?? new TwoTowerOptions { Dimensions = 3, Linear = true, Seed = 5 });
        return Build(model, Titles, [.. Titles.Select((title, row) => $"{row}: {title}")]);
    }

    public static Retriever<TQuery, TCandidate, TId> Ids<TQuery, TCandidate, TId>(
        TQuery[] queries, TCandidate[] candidates, TId[] identifiers, TwoTowerOptions? options = null, int buckets = 2)
        where TQuery : notnull, IEquatable<TQuery>
        where TCandidate : notnull, IEquatable<TCandidate>
        where TId : notnull
    {
        var model = new TwoTowerModel<TQuery, TCandidate>(
            new IdFeature<TQuery>(new Vocabulary<TQuery>(queries, buckets, seed: 3)),
            new IdFeature<TCandidate>(new Vocabulary<TCandidate>(candidates, buckets)),
            options ?? new TwoTowerOptions { Dimensions = 3, Combiner = BagCombiner.Sum, Linear = true, Normalize = false, Seed = 6 });
        return Build(model, candidates, identifiers);
    }

    public static Retriever<long, int, string> Ids() => Ids([4L, long.MinValue], [7, 8, -9], ["x", "y", "z"]);

    public static byte[] Bytes<TQuery, TCandidate, TId>(Retriever<TQuery, TCandidate, TId> retriever)
        where TId : notnull => Samples.Bytes(RetrieverSnapshot.Write(retriever));

    public static Retriever<TQuery, TCandidate, TId> Read<TQuery, TCandidate, TId>(byte[] bytes)
        where TId : notnull => RetrieverSnapshot.Read<TQuery, TCandidate, TId>(Samples.Load(bytes), null, null);

    /// <summary>Reading is refused, and the message names the file and <paramref name="problem"/>.</summary>
    public static void Refused<TQuery, TCandidate, TId>(byte[] bytes, string problem)
        where TId : notnull
    {
        var refused = Assert.Throws<SnapshotFormatException>(() => Read<TQuery, TCandidate, TId>(bytes));
        Assert.Contains($"'{Samples.Source}'", refused.Message, StringComparison.Ordinal);
        Assert.Contains(problem, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("(Parameter '", refused.Message, StringComparison.Ordinal);
    }

    public static string Description(byte[] bytes) => Samples.Load(bytes).GetMetadata(RetrieverSnapshot.DescriptionKey);

    /// <summary>The file with another description; null for none.</summary>
    public static byte[] WithDescription(byte[] bytes, string? description) => Samples.Bytes(Copy(Samples.Load(bytes), "", description));

    /// <summary>The file with a value of the description set; the path is names joined by dots.</summary>
    public static byte[] WithValue(byte[] bytes, string path, JsonNode? value)
    {
        JsonNode root = JsonNode.Parse(Description(bytes))!;
        string[] names = path.Split('.');
        JsonNode target = names[..^1].Aggregate(root, (node, name) => node is JsonArray list ? list[int.Parse(name, CultureInfo.InvariantCulture)]! : node[name]!);
        if (target is JsonArray array)
        {
            array[int.Parse(names[^1], CultureInfo.InvariantCulture)] = value;
        }
        else
        {
            target[names[^1]] = value;
        }

        return WithDescription(bytes, root.ToJsonString());
    }

    /// <summary>The file with one tensor left out or replaced.</summary>
    public static byte[] WithTensor(byte[] bytes, string name, Action<SafetensorsWriter>? replacement)
    {
        SafetensorsWriter writer = Copy(Samples.Load(bytes), name, Description(bytes));
        replacement?.Invoke(writer);
        return Samples.Bytes(writer);
    }

    /// <summary>The file as version 2 had it, which knew no versions of models.</summary>
    public static byte[] AsVersion2(byte[] bytes)
    {
        JsonObject description = JsonNode.Parse(Description(bytes))!.AsObject();
        description["format_version"] = 2;
        description.Remove("model_version");
        description["index"] = new JsonObject { ["type"] = "brute_force", ["identifiers"] = "string" };
        return WithDescription(bytes, description.ToJsonString());
    }

    private static Retriever<TQuery, TCandidate, TId> Build<TQuery, TCandidate, TId>(TwoTowerModel<TQuery, TCandidate> model, TCandidate[] candidates, TId[] identifiers)
        where TId : notnull
    {
        // A new bias is all zeros, which could be lost unseen.
        model.QueryTower.Linear?.Bias.InitializeUniform(1, 8, 0);
        model.CandidateTower.Linear?.Bias.InitializeUniform(1, 8, 1);
        return Retriever<TQuery, TCandidate, TId>.Build(model, candidates, identifiers);
    }

    private static SafetensorsWriter Copy(SafetensorsFile file, string left, string? description)
    {
        var writer = new SafetensorsWriter();
        if (description is not null)
        {
            writer.AddMetadata(RetrieverSnapshot.DescriptionKey, description);
        }

        foreach (SafetensorsInfo tensor in file.Tensors.Where(tensor => tensor.Name != left))
        {
            long[] shape = [.. tensor.Shape];
            switch (tensor.Type)
            {
                case SafetensorsType.F32: writer.Add(tensor.Name, file.GetFloats(tensor.Name), shape); break;
                case SafetensorsType.F64: writer.Add(tensor.Name, file.GetDoubles(tensor.Name), shape); break;
                case SafetensorsType.I64: writer.Add(tensor.Name, file.GetLongs(tensor.Name), shape); break;
                case SafetensorsType.U8: writer.Add(tensor.Name, file.GetBytes(tensor.Name), shape); break;
                default: throw new NotSupportedException($"A retriever holds no {tensor.Type}.");
            }
        }

        return writer;
    }
}
