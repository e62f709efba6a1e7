using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.Retrieval;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.FuzzHost;

/// <summary>Small sound files of every kind.</summary>
internal static class Corpus
{
    private static readonly Visit[] Visits = [new(4, "red fish", [10, 20], 31, null), new(-1, "", [], -1e9, "de")];

    public static FuzzSeed[] All() =>
    [
        FuzzSeed.Of("tensors", Tensors(), _ => 0),
        FuzzSeed.Of("nothing", new SafetensorsWriter(), _ => 0),
        Model("text", Text(), null, null, "red fish", ""),
        Model("ids", Ids(), null, null, 4L, long.MaxValue),
        Model("records", Records(HistoryKind.Recurrent), VisitBindings, ItemBindings, Visits),
        Model("attention", Records(HistoryKind.CausalAttention), VisitBindings, ItemBindings, Visits),
        .. IndexSeeds.All(),
    ];

    /// <summary>Asks a model, and returns a checksum of what it answers; 0 for a refusal that is documented.</summary>
    public static ulong Ask<TQuery, TCandidate, TId>(Retriever<TQuery, TCandidate, TId> retriever, params TQuery[] queries)
        where TId : notnull
    {
        try
        {
            return IndexSearches.Checksum(retriever.Retrieve(queries, 2));
        }
        catch (Exception documented) when (documented is ArithmeticException or ArgumentException { ParamName: "queries", InnerException: not null })
        {
            // Parameters that are too large; a vocabulary without its bucket for unknown ids; a scale that makes a number too large.
            return 0;
        }
    }

    private static FeatureBindings<Visit> VisitBindings => new FeatureBindings<Visit>()
        .Bind("user", visit => visit.User).Bind("words", visit => visit.Words).Bind("seen", visit => visit.Seen)
        .Bind("age", visit => visit.Age).Bind("group", visit => visit.Age).Bind("country", visit => visit.Country);

    private static FeatureBindings<Item> ItemBindings => new FeatureBindings<Item>()
        .Bind("id", item => item.Id).Bind("year", item => item.Year).Bind("studio", item => item.Studio);

    /// <summary>A tensor of every type, an empty one, a single value, texts and metadata.</summary>
    private static SafetensorsWriter Tensors()
    {
        var writer = new SafetensorsWriter();
        writer.AddMetadata("model", "żółw \"\\ \u0001");
        writer.Add("floats", new float[] { 1, float.NaN, -0f, 4, 5, 6 }, 2, 3);
        writer.Add("double", new[] { Math.PI });
        writer.Add("none", Array.Empty<int>(), 0, 4);
        writer.Add("ints", new[] { 1, int.MinValue }, 2);
        writer.Add("longs", new[] { long.MaxValue, -1 }, 2, 1, 1);
        writer.Add("bytes", new byte[] { 1, 2, 255 }, 3);
        writer.Add("codes", new sbyte[] { -128, 127, 0, 4, 5 }, 5);
        writer.Add("shorts", new ushort[] { 1, 65535, 7 }, 3);
        writer.Add("halves", new[] { (Half)1, Half.NaN, Half.MaxValue }, 3);
        writer.AddStrings("texts", ["a", "", "żółw", "🐢"]);
        return writer;
    }

    private static Retriever<string, string, string> Text()
    {
        var queries = new TextFeature(new() { Buckets = 7, WordPairs = false, MinimumCharacterNGram = 2, MaximumCharacterNGram = 3 });
        var candidates = new TextFeature(new() { Buckets = 7, MinimumCharacterNGram = 0, MaximumCharacterNGram = 0 });
        var model = new TwoTowerModel<string, string>(queries, candidates, new() { Dimensions = 3, Linear = true, Seed = 5 });
        string[] titles = ["a red fish", "żółw", ""];
        Retriever<string, string, string> retriever = Retriever<string, string, string>.Build(model, titles, ["a", "żółw", "🐢"]);
        retriever.CandidateSamplingProbability = new[] { 0.5f, 0.25f, 0 };
        retriever.Annotations = new Dictionary<string, string> { ["made"] = "for tests" };
        return retriever;
    }

    private static Retriever<long, int, int> Ids()
    {
        var model = new TwoTowerModel<long, int>(
            new IdFeature<long>(new Vocabulary<long>([4, long.MinValue], 2, seed: 3)),
            new IdFeature<int>(new Vocabulary<int>([7, 8, -9], 1)),
            new() { Dimensions = 4, Combiner = BagCombiner.Sum, Seed = 6 });
        return Retriever<long, int, int>.Build(model, [7, 8, -9], [1, int.MaxValue, 3]);
    }

    private static Retriever<Visit, Item, long> Records(HistoryKind kind)
    {
        var id = new IdFeature<long>(new Vocabulary<long>([10, 20, 30], 1));
        var builder = new TwoTowerBuilder<Visit, Item> { Dimensions = 2, Seed = 3, MatryoshkaDimensions = [1] };
        SequenceOptions sequence = new() { Encoder = kind, Table = "item", CausalAttention = new() { MaximumLength = 3, Blocks = 1 } };
        builder.Query
            .Embed("user", new HashFeature<int>(5, 2), visit => visit.User)
            .Embed("words", new TextFeature(new() { Buckets = 5 }), visit => visit.Words, new() { LearnWeights = true })
            .Sequence("seen", new ListFeature<long>(id, maximumLength: 4), visit => visit.Seen, sequence)
            .Numbers("age", new NumberFeature(30, 9), visit => visit.Age)
            .Embed("group", new BucketFeature(18, 40), visit => visit.Age, new() { Dimensions = 1 })
            .Embed("country", new OptionalFeature<string>(new IdFeature<string>(new Vocabulary<string>(["pl", "de"], 1))), visit => visit.Country)
            .Dense(3, new() { LayerNorm = true })
            .Cross(1, rank: 1)
            .Dense(3, new() { Activation = Activation.Tanh, Residual = true });
        builder.Candidate
            .Embed("id", id, item => item.Id, new() { Table = "item" })
            .Numbers("year", new NumberFeature(2000, 10), item => item.Year)
            .Numbers("studio", new FrozenVectorFeature<string>(["x", "y"], Tensor<float>.Of(new float[,] { { 1, 2 }, { 3, 4 } })), item => item.Studio)
            .Linear();
        return Retriever<Visit, Item, long>.Build(builder.Build(), [new(10, 1999, "x"), new(20, 2001, "y"), new(40, 0, "z")], [5, long.MinValue, 7]);
    }

    private static FuzzSeed Model<TQuery, TCandidate, TId>(
        string name, Retriever<TQuery, TCandidate, TId> retriever, FeatureBindings<TQuery>? queryBindings, FeatureBindings<TCandidate>? candidateBindings, params TQuery[] queries)
        where TId : notnull => FuzzSeed.Of(
            name,
            RetrieverSnapshot.Write(retriever),
            file => Ask(RetrieverSnapshot.Read<TQuery, TCandidate, TId>(file, null, null, queryBindings, candidateBindings), queries));

    private sealed record Visit(int User, string Words, IReadOnlyList<long> Seen, double Age, string? Country);

    private sealed record Item(long Id, double Year, string Studio);
}
