using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.TestKit;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace ManagedRetrieval.Tests.Indexing;

/// <summary>How much of the rows a search reads, and where it stops.</summary>
public class Int8IndexWorkTests
{
    private const int Count = 20_000, Width = 8;

    private static readonly int[] Identifiers = [.. Enumerable.Range(0, Count)];

    [Theory]
    [InlineData(Similarity.DotProduct)]
    [InlineData(Similarity.Cosine)]
    public void Rows_are_not_scanned_for_a_query_of_zeros(Similarity similarity)
    {
        Tensor<float> rows = new Draw(97, 12).Tensor<float>(new Shape(Count, Width));
        CheckScans(rows, new Tensor<float>(new Shape(3, 2, Width)), similarity, most: 0);
    }

    [Fact]
    public void Rows_are_not_scanned_where_scores_could_overflow_or_vanish()
    {
        Tensor<float> rows = new Draw(98, 12).Tensor<float>(new Shape(Count, Width)), queries = new Draw(99, 12).Tensor<float>(new Shape(2, 1, Width));
        TensorPrimitives.Multiply(queries.Span, 1e-30f, queries.Span);
        CheckScans(rows, queries, Similarity.DotProduct, most: 0);
        rows.Span[5 * Width] = 3e38f;
        TensorPrimitives.Multiply(queries.Span, 1e30f, queries.Span);
        CheckScans(rows, queries, Similarity.DotProduct, most: 0);
    }

    [Fact]
    public void Rows_are_scanned_once_where_few_are_nearly_as_good_as_the_best() =>
        CheckScans(new Draw(100, 12).Tensor<float>(new Shape(Count, 64)), new Draw(101, 12).Tensor<float>(new Shape(5, 1, 64)), Similarity.DotProduct, most: 1);

    [Theory]
    [InlineData(0f)]
    [InlineData(1e-7f)]
    [InlineData(1e-4f)]
    [InlineData(0.01f)]
    [InlineData(0.1f)]
    public void However_alike_rows_are_they_are_scanned_twice_at_most(float noise)
    {
        Tensor<float> rows = new Draw(102, 12).Tensor<float>(new Shape(Count, Width)), queries = new Draw(103, 12).Tensor<float>(new Shape(9, 1, Width));
        for (int i = Width; i < rows.Span.Length; i++)
        {
            rows.Span[i] = rows.Span[i % Width] + (noise * rows.Span[i]);
        }

        // Zeros among the others are scored on their own.
        queries.Rows(4, 1).Span.Clear();
        CheckScans(rows, queries, Similarity.DotProduct, most: 2);
        CheckScans(rows, queries, Similarity.Cosine, most: 2);
    }

    [Fact]
    public void A_query_that_all_rows_are_scored_for_can_be_cancelled_on_the_way()
    {
        float[] numbers = new float[100_000 * Width];
        var embeddings = new WatchedMemory<float>(numbers);
        var index = new Int8Index<int>(new Tensor<float>(new Shape(100_000, Width), embeddings.Memory), [.. Enumerable.Range(0, 100_000)]);
        using var stop = new CancellationTokenSource();
        embeddings.WhenSeen = stop.Cancel;
        var query = new Tensor<float>(new Shape(1, Width), Enumerable.Repeat(1e-30f, Width).ToArray());
        Assert.Throws<OperationCanceledException>(() => index.Search(query, 3, cancellationToken: stop.Token));
    }

    [Fact]
    public void A_query_that_all_rows_of_bytes_are_scored_for_can_be_cancelled_on_the_way()
    {
        var built = new Int8Index<int>(new Draw(104, 12).Tensor<float>(new Shape(Count, Width)), Identifiers);
        var packed = new WatchedMemory<byte>(built.Store.Packed.ToArray());
        var store = new Int8Store(Width, packed.Memory, built.Store.Scales, built.Store.GreatestSquares);
        var index = new Int8Index<int>(store, default, Identifiers, new() { Rescored = Count }, null, Similarity.DotProduct);
        using var stop = new CancellationTokenSource();
        packed.WhenSeen = stop.Cancel;
        Assert.Throws<OperationCanceledException>(() => index.Search(new Tensor<float>(new Shape(1, Width)), 3, cancellationToken: stop.Token));
        Assert.InRange(packed.Looks, 1, 2);
    }

    [Fact]
    public void Once_warm_no_step_of_a_search_allocates()
    {
        var draw = new Draw(105, 12);
        Tensor<float> rows = draw.Tensor<float>(new Shape(Count, Width)), queries = draw.Tensor<float>(new Shape(6, 1, Width));

        // A fifth of the rows is alike, so that of the queries some have to score all rows; one is zeros.
        for (int i = 0; i < Count / 5 * Width; i++)
        {
            rows.Span[i] = 3 + (i % Width);
        }

        TensorPrimitives.Abs(queries.Rows(0, 3).Span, queries.Rows(0, 3).Span);
        queries.Rows(1, 1).Span.Clear();
        foreach (Similarity similarity in Enum.GetValues<Similarity>())
        {
            var index = new Int8Index<int>(rows, Identifiers, similarity: similarity) { RowsForOne = 64 };
            var results = new TopKResults<int>();
            var filter = new CandidateFilter<int> { Exclusions = [new[] { 1, 2 }, null, new[] { 3 }, new[] { 4 }, null, new[] { 5 }] };
            Assert.Equal(0, Allocated.ByOneOf(() => index.Search(queries, 10, filter, results), warmUp: 5));
        }
    }

    [Fact]
    public void Lists_of_so_many_heads_that_no_array_holds_them_are_refused()
    {
        var index = new Int8Index<int>(new Tensor<float>(new Shape(Count, 1)), Identifiers, new() { Rescored = Count - 1 });
        Refusal.Of<ArgumentException>(() => index.Search(new Tensor<float>(new Shape(1, 60_000, 1)), 1), "60000 heads", $"{Count - 1} rows");
    }

    [Fact]
    public void An_exact_search_of_many_heads_scores_all_rows_rather_than_keep_lists()
    {
        Tensor<float> rows = new Draw(106, 12).Tensor<float>(new Shape(Count, 1)), queries = new Draw(107, 12).Tensor<float>(new Shape(1, 14_000, 1));
        CheckScans(rows, queries, Similarity.DotProduct, most: 0);
    }

    /// <summary>The answers are those of brute force, and the rows of bytes are read so often at most.</summary>
    private static void CheckScans(Tensor<float> rows, Tensor<float> queries, Similarity similarity, int most)
    {
        var built = new Int8Index<int>(rows, Identifiers, similarity: similarity);
        var packed = new WatchedMemory<byte>(built.Store.Packed.ToArray());
        var store = new Int8Store(built.Store.Depth, packed.Memory, built.Store.Scales, built.Store.GreatestSquares);
        var index = new Int8Index<int>(store, rows, Identifiers, null, null, similarity) { RowsForOne = 64 };
        Assert.True(index.IsExact);
        Assert.Equal(new BruteForceIndex<int>(rows, Identifiers, similarity: similarity).Search(queries, 7), index.Search(queries, 7));
        Assert.InRange(packed.Looks, 0, most);
    }
}
