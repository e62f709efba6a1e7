using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.FuzzHost;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Tests.Persistence;

/// <summary>A golden file of an index, and beside it one of what was found in it when it was written.</summary>
internal abstract class GoldenIndex
{
    private protected const int Rows = 40, Dimensions = 6;

    /// <summary>The file in a folder.</summary>
    public abstract string PathIn(string folder);

    /// <summary>Writes both files.</summary>
    public abstract Task WriteAsync(string folder);

    /// <summary>Opens the file in every way and compares what is found.</summary>
    public abstract Task CheckAsync(string folder);

    /// <summary>The file of a kind in today's version; the types of identifiers go round.</summary>
    public static GoldenIndex Of(string kind)
    {
        int number = IndexKinds.Names.ToList().IndexOf(kind);
        Similarity similarity = number % 2 == 0 ? Similarity.DotProduct : Similarity.Cosine;
        return (number % 3) switch
        {
            0 => new GoldenIndex<int>(kind, similarity, row => (3 * row) - 50),
            1 => new GoldenIndex<long>(kind, similarity, row => long.MaxValue - row),
            _ => new GoldenIndex<string>(kind, similarity, row => $"{row}: żółw 🐢"),
        };
    }
}

/// <inheritdoc/>
internal sealed class GoldenIndex<TId>(string kind, Similarity similarity, Func<int, TId> identifier) : GoldenIndex
    where TId : notnull
{
    private const int K = 7;

    private static readonly Tensor<float> Queries = Formula(new Shape(5, Dimensions), 17);

    /// <inheritdoc/>
    public override string PathIn(string folder) => Path.Combine(folder, $"index-{kind}-{IndexCodec.FormatVersion}.safetensors");

    /// <inheritdoc/>
    public override async Task WriteAsync(string folder)
    {
        TId[] identifiers = [.. Enumerable.Range(0, Rows).Select(identifier)];
        TopKIndex<TId> index = IndexKinds.Make(kind, Formula(new Shape(Rows, Dimensions), 3), identifiers, similarity);
        await IndexFile.SaveAsync(index, PathIn(folder));
        ScoredCandidate<TId>[] found = Answers(index);
        var writer = new SafetensorsWriter();
        writer.AddCopy("rows", found.Select(candidate => candidate.Row).ToArray(), found.Length);
        writer.AddCopy("scores", found.Select(candidate => candidate.Score).ToArray(), found.Length);
        await writer.WriteAsync(AnswersIn(folder));
    }

    /// <inheritdoc/>
    public override async Task CheckAsync(string folder)
    {
        SafetensorsFile expected = SafetensorsFile.Load(AnswersIn(folder));
        using TopKIndex<TId> mapped = IndexFile.Map<TId>(PathIn(folder));
        mapped.Verify();
        foreach (TopKIndex<TId> index in (TopKIndex<TId>[])[await IndexFile.LoadAsync<TId>(PathIn(folder)), mapped])
        {
            ScoredCandidate<TId>[] found = Answers(index);
            Assert.Equal(expected.GetInts("rows"), found.Select(candidate => candidate.Row));
            Assert.Equal(expected.GetFloats("scores"), found.Select(candidate => candidate.Score));
            Assert.Equal(found.Select(candidate => identifier(candidate.Row)), found.Select(candidate => candidate.Identifier));
            Assert.Equal((similarity, Rows, Dimensions), (index.Similarity, index.Count, index.Dimensions));
        }
    }

    private string AnswersIn(string folder) => Path.ChangeExtension(PathIn(folder), "answers.safetensors");

    /// <summary>With and without exclusions, and for two heads.</summary>
    private ScoredCandidate<TId>[] Answers(TopKIndex<TId> index) =>
    [
        .. index.Search(Queries, K).SelectMany(list => list),
        .. index.Search(Queries, K, [.. Enumerable.Repeat<TId[]>([identifier(3), identifier(20)], Queries.Shape.Rows)]).SelectMany(list => list),
        .. index.Search(Formula(new Shape(2, 2, Dimensions), 11), K).SelectMany(list => list),
    ];

    /// <summary>Numbers that need no generator to be made again.</summary>
    private static Tensor<float> Formula(Shape shape, int factor)
    {
        var tensor = new Tensor<float>(shape);
        for (int i = 0; i < shape.Length; i++)
        {
            tensor.Span[i] = ((((i * i * factor) + (i * 5)) % 61) - 30) / 32f;
        }

        return tensor;
    }
}
