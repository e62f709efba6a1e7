using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Indexing;

public class Int8IndexTests
{
    [Fact]
    public void With_all_rows_scored_again_answers_are_those_of_the_floats() => RandomCases.Check(
        draw =>
        {
            (Tensor<float> rows, Tensor<float> queries) = Case(draw, draw.Between(1, 40 * draw.Size), draw.Length());
            int[] identifiers = draw.Ids(rows.Shape.Rows, 50);
            Similarity similarity = draw.OneOf(Similarity.DotProduct, Similarity.Cosine);
            var index = new Int8Index<int>(rows, identifiers, new() { Rescored = rows.Shape.Rows }, similarity: similarity);
            Assert.Equal(new BruteForceIndex<int>(rows, identifiers, similarity: similarity).Search(queries, 12), index.Search(queries, 12));
        },
        size: 20);

    [Fact]
    public void The_best_ten_are_found_by_scoring_a_few_again()
    {
        (Tensor<float> rows, Tensor<float> queries) = Case(new Draw(91, 12), 20_000, 64, 200);
        int[] identifiers = [.. Enumerable.Range(0, 20_000)];
        ScoredCandidate<int>[][] best = new BruteForceIndex<int>(rows, identifiers).Search(queries, 10);
        Assert.InRange(Recall(best, new Int8Index<int>(rows, identifiers, new() { Rescored = 64 }).Search(queries, 10)), 0.999, 1);

        // Rounded rows alone misplace some, and nothing but the best by the scan, more.
        double rounded = Recall(best, new Int8Index<int>(rows, identifiers, new() { KeepEmbeddings = false }).Search(queries, 10));
        double scanned = Recall(best, new Int8Index<int>(rows, identifiers, new() { KeepEmbeddings = false, Rescored = 1 }).Search(queries, 10));
        Assert.InRange(rounded, 0.97, 1);
        Assert.InRange(scanned, 0.9, rounded);
    }

    [Fact]
    public void Long_lists_and_many_queries_are_searched_block_by_block_with_the_same_answers()
    {
        (Tensor<float> rows, Tensor<float> queries) = Case(new Draw(92, 12), 9000, 4, 300);
        int[] identifiers = [.. Enumerable.Range(0, 9000)];
        var index = new Int8Index<int>(rows, identifiers, new() { Rescored = 9000 });
        int[][] exclusions = [.. Enumerable.Range(0, 300).Select(query => Enumerable.Range(query, 5000).ToArray())];
        Assert.Equal(new BruteForceIndex<int>(rows, identifiers).Search(queries, 10, exclusions), index.Search(queries, 10, exclusions));
    }

    [Fact]
    public void A_source_makes_the_same_index_as_its_rows_in_memory()
    {
        (Tensor<float> rows, Tensor<float> queries) = Case(new Draw(93, 12), 1000, 13, 20);
        string[] identifiers = [.. Enumerable.Range(0, 1000).Select(row => $"{row % 300}")];
        using var team = new WorkerTeam(3);
        foreach (Similarity similarity in Enum.GetValues<Similarity>())
        {
            var inMemory = new Int8Index<string>(rows, identifiers, new() { KeepEmbeddings = false }, similarity: similarity);
            Int8Index<string> built = Int8Index<string>.Build(new TensorCandidates<string>(rows, identifiers, batchRows: 37), null, team, similarity);
            Assert.Equal(inMemory.Search(queries, 30), built.Search(queries, 30));
            Assert.True(inMemory.Store.Packed.Span.SequenceEqual(built.Store.Packed.Span));
            Assert.True(inMemory.Store.Scales.Span.SequenceEqual(built.Store.Scales.Span));
            Assert.Equal(identifiers, built.Identifiers);
            Assert.False(built.IsExact);
        }
    }

    [Fact]
    public void What_an_array_cannot_hold_and_what_makes_no_sense_is_refused()
    {
        Refusal.Of<ArgumentException>(() => _ = new Int8Store(1, 131_072), "131071", "131072");
        Refusal.Of<ArgumentException>(() => _ = new Int8Store(40_000_000, 64), "40000000 rows of 64", "several indexes");
        var rows = new Tensor<float>(new Shape(2, 1));
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new Int8Index<int>(rows, [1, 2], new() { Rescored = 0 }), "'0'", "'options'");
        Assert.Throws<OperationCanceledException>(
            () => Int8Index<int>.Build(new TensorCandidates<int>(rows, [1, 2]), cancellationToken: new CancellationToken(canceled: true)));
        Assert.Throws<ArgumentNullException>("source", () => Int8Index<int>.Build(null!));
    }

    private static double Recall(ScoredCandidate<int>[][] best, ScoredCandidate<int>[][] found) => best
        .Zip(found, (right, got) => right.Select(candidate => candidate.Row).Intersect(got.Select(candidate => candidate.Row)).Count() / (double)right.Length)
        .Average();

    private static (Tensor<float> Rows, Tensor<float> Queries) Case(Draw draw, int count, int width, int queries = 9) =>
        (draw.Tensor<float>(new Shape(count, width)), draw.Tensor<float>(new Shape(queries, draw.Between(1, 2), width)));
}
