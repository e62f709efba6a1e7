using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Towers;

/// <summary>What somebody asked or did.</summary>
internal sealed record Rating(int User, string Words, IReadOnlyList<long> Seen, double Age, long Time, ReadOnlyMemory<float> Picture, string? Country, int? Level);

/// <summary>What may be found.</summary>
internal sealed record Movie(long Id, string Title, IReadOnlyList<string> Genres, double Year, string Studio);

/// <summary>Models of records with features of every type, their data, and the bindings for reading them.</summary>
internal static class RecordSamples
{
    public const int Movies = 12;
    private static readonly string[] Words = ["red", "blue", "fish", "żółw", "🐢", "one"];

    public static FeatureBindings<Rating> QueryBindings => new FeatureBindings<Rating>()
        .Bind("user", rating => rating.User)
        .Bind("words", rating => rating.Words)
        .Bind("seen", rating => rating.Seen)
        .Bind("seen too", rating => rating.Seen)
        .Bind("age", rating => rating.Age)
        .Bind("age group", rating => rating.Age)
        .Bind("hour", rating => rating.Time)
        .Bind("clock", rating => rating.Time)
        .Bind("picture", rating => rating.Picture)
        .Bind("country", rating => rating.Country)
        .Bind("level", rating => rating.Level);

    public static FeatureBindings<Movie> CandidateBindings => new FeatureBindings<Movie>()
        .Bind("id", movie => movie.Id)
        .Bind("title", movie => movie.Title)
        .Bind("genres", movie => movie.Genres)
        .Bind("year", movie => movie.Year)
        .Bind("studio", movie => movie.Studio);

    /// <summary>A feature of every type on the query side, those that candidates can have on the other, and layers of every type.</summary>
    /// <param name="kind">How a history is encoded.</param>
    /// <param name="dropout">The rate of every dropout.</param>
    /// <param name="matryoshka">See <see cref="TwoTowerModel.MatryoshkaDimensions"/>.</param>
    /// <param name="seed">Of the model.</param>
    public static TwoTowerBuilder<Rating, Movie> Builder(HistoryKind kind = HistoryKind.Mean, double dropout = 0, int[]? matryoshka = null, ulong seed = 3)
    {
        var movies = new Vocabulary<long>([.. Enumerable.Range(0, Movies).Select(i => 10L * i)], 1);
        var id = new IdFeature<long>(movies);
        var history = new ListFeature<long>(id, maximumLength: 4);
        SequenceOptions sequence = new() { Encoder = kind, Table = "movie", CausalAttention = new() { MaximumLength = 3, Blocks = 1, DropoutRate = dropout } };
        var builder = new TwoTowerBuilder<Rating, Movie> { Dimensions = 6, Seed = seed, MatryoshkaDimensions = matryoshka ?? [], EmbeddingScale = 0.5 };
        builder.Query
            .Embed("user", new HashFeature<int>(9, 2), rating => rating.User, new() { Dimensions = 3, Combiner = BagCombiner.Sum })
            .Embed("words", new TextFeature(new() { Buckets = 31 }), rating => rating.Words, new() { LearnWeights = true })
            .Sequence("seen", history, rating => rating.Seen, sequence)
            .Embed("seen too", history, rating => rating.Seen, new() { Table = "movie", Combiner = BagCombiner.SqrtN })
            .Numbers("age", new NumberFeature(30, 9), rating => rating.Age)
            .Embed("age group", new BucketFeature(18, 40), rating => rating.Age, new() { Dimensions = 1 })
            .Embed("hour", new TimeBucketFeature(), rating => rating.Time, new() { Dimensions = 2 })
            .Numbers("clock", new TimeFeature(), rating => rating.Time)
            .Numbers("picture", new VectorFeature(2), rating => rating.Picture)
            .Embed("country", new OptionalFeature<string>(new IdFeature<string>(new Vocabulary<string>(["pl", "de"], 1))), rating => rating.Country, new() { Dimensions = 2 })
            .Embed("level", new OptionalValueFeature<int>(new HashFeature<int>(4)), rating => rating.Level, new() { Dimensions = 2 })
            .Dense(8, new() { LayerNorm = true, DropoutRate = dropout })
            .Cross(1, rank: 2)
            .Dense(8, new() { Activation = Activation.Tanh, Residual = true });
        builder.Candidate
            .Embed("id", id, movie => movie.Id, new() { Table = "movie" })
            .Embed("title", new TextFeature(new() { Buckets = 31 }), movie => movie.Title)
            .Embed("genres", new ListFeature<string>(new IdFeature<string>(new Vocabulary<string>(["a", "b"], 1))), movie => movie.Genres)
            .Numbers("year", new NumberFeature(2000, 10), movie => movie.Year)
            .Numbers("studio", new FrozenVectorFeature<string>(["x", "y"], new Draw(2, 4).Tensor<float>(new Shape(2, 3))), movie => movie.Studio)
            .Linear();
        return builder;
    }

    public static Rating[] Ratings(int count, ulong seed = 1)
    {
        var draw = new Draw(seed, 12);
        return [.. Enumerable.Range(0, count).Select(_ => new Rating(
            draw.Below(40), Text(draw), [.. draw.Ids(draw.Between(0, 6), Movies + 1).Select(i => 10L * i)], draw.Between(10, 70), draw.Below(1_000_000),
            new float[] { (float)draw.Uniform(), (float)draw.Uniform() }, draw.OneOf(null, "pl", "de", "fr"), draw.OneOf<int?>(null, 1, 2, 3)))];
    }

    public static Movie[] Corpus(int count = Movies)
    {
        var draw = new Draw(7, 12);
        return [.. Enumerable.Range(0, count).Select(i => new Movie(
            10L * i, Text(draw), [.. Enumerable.Range(0, draw.Below(3)).Select(_ => draw.OneOf("a", "b", "c"))], draw.Between(1950, 2020), draw.OneOf("x", "y")))];
    }

    private static string Text(Draw draw) => string.Join(' ', Enumerable.Range(0, draw.Between(0, 3)).Select(_ => draw.OneOf<string>(Words)));
}
