using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.TestKit;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace ManagedRetrieval.Tests.Indexing;

public class Int8IndexExactTests
{
    [Fact]
    public void Whatever_the_rows_the_answers_are_those_of_brute_force_bit_by_bit()
    {
        using var team = new WorkerTeam(3);
        RandomCases.Check(
            draw =>
            {
                // Below 40 rows for one all are scored; where k is 20, below 80. Where one is fewer, more are scored by a second scan.
                int count = draw.Bool() ? draw.Between(1, 3000) : draw.Between(2560, 9000), width = draw.Between(1, 40), heads = draw.Between(1, 3), k = draw.Between(1, 20);
                Tensor<float> rows = Rows(draw, count, width), queries = Queries(draw, rows, draw.Between(1, 12), heads);
                int[] identifiers = [.. Enumerable.Range(0, count)];
                Similarity similarity = draw.OneOf(Similarity.DotProduct, Similarity.Cosine);
                int one = draw.Between(1, 7);
                CandidateFilter<int>? filter = draw.Bool()
                    ? null
                    : new() { Predicate = draw.Bool() ? null : id => id % one == 0, Exclusions = Lists(draw, queries.Shape.Rows, count) };
                var index = new Int8Index<int>(rows, identifiers, workers: draw.Bool() ? team : null, similarity: similarity) { RowsForOne = draw.OneOf(1, 16, 64) };
                Assert.True(index.IsExact);
                Assert.Equal(new BruteForceIndex<int>(rows, identifiers, similarity: similarity).Search(queries, k, filter), index.Search(queries, k, filter));
            },
            size: 20);
    }

    [Fact]
    public void More_equal_rows_than_the_first_lists_hold_are_told_apart_by_their_places()
    {
        // The last element is below a step of the rounding, so that no scan can tell rows apart, and the best one comes last.
        const int Count = 9000;
        var rows = new Tensor<float>(new Shape(Count, 2));
        for (int row = 0; row < Count; row++)
        {
            (rows.Span[2 * row], rows.Span[(2 * row) + 1]) = (1, row * 1e-7f);
        }

        var query = new Tensor<float>(new Shape(1, 2), new[] { 1f, 1f });
        int[] identifiers = [.. Enumerable.Range(0, Count)];
        ScoredCandidate<int>[] found = new Int8Index<int>(rows, identifiers) { RowsForOne = 64 }.Search(query, 3)[0];
        Assert.Equal(new BruteForceIndex<int>(rows, identifiers).Search(query, 3)[0], found);
        Assert.All(found, candidate => Assert.InRange(candidate.Row, 8000, Count - 1));
    }

    [Fact]
    public void Asked_to_score_a_number_of_rows_again_it_does_not_claim_to_be_exact()
    {
        var rows = new Tensor<float>(new Shape(2, 1), new[] { 1f, 2f });
        Assert.False(new Int8Index<int>(rows, [1, 2], new() { Rescored = 1 }).IsExact);
        Assert.False(new Int8Index<int>(rows, [1, 2], new() { KeepEmbeddings = false }).IsExact);
    }

    private static int[][] Lists(Draw draw, int queries, int bound) => [.. Enumerable.Range(0, queries).Select(_ => draw.Ids(draw.Between(0, 30), bound))];

    private static Tensor<float> Rows(Draw draw, int count, int width)
    {
        Tensor<float> rows = draw.Tensor<float>(new Shape(count, width));
        Span<float> all = rows.Span;
        switch (draw.Between(0, 6))
        {
            case 0: // Copies of a few rows, some a little off.
                int few = Math.Min(count, draw.Between(1, 5));
                float noise = draw.OneOf(0f, 1e-7f, 1e-3f);
                for (int i = few * width; i < all.Length; i++)
                {
                    all[i] = all[i % (few * width)] + (noise * all[i]);
                }

                break;
            case 1: // Magnitudes from rows that vanish to rows whose scores overflow.
                for (int row = 0; row < count; row++)
                {
                    Span<float> one = rows.Rows(row, 1).Span;
                    TensorPrimitives.Multiply(one, MathF.Pow(10, draw.Between(-44, 36)), one);
                }

                break;
            case 2: // One element beside which all others are rounded to nothing.
                for (int row = 0; row < count; row++)
                {
                    all[row * width] = draw.OneOf(0f, 1000f, -1000f);
                }

                break;
            case 3: // Mostly zeros.
                for (int i = 0; i < all.Length; i++)
                {
                    all[i] = draw.Between(0, 9) == 0 ? all[i] : 0;
                }

                break;
            case 4: // No score of a query of positive numbers is positive.
                TensorPrimitives.Abs(all, all);
                TensorPrimitives.Negate(all, all);
                break;
        }

        return rows;
    }

    private static Tensor<float> Queries(Draw draw, Tensor<float> rows, int count, int heads)
    {
        Tensor<float> queries = draw.Tensor<float>(new Shape(count, heads, rows.Shape.RowLength));
        switch (draw.Between(0, 4))
        {
            case 0:
                TensorPrimitives.Multiply(queries.Span, MathF.Pow(10, draw.Between(-44, 13)), queries.Span);
                break;
            case 1:
                TensorPrimitives.Abs(queries.Span, queries.Span);
                break;
            case 2:
                for (int query = 0; query < count; query += draw.Between(1, 3))
                {
                    queries.Rows(query, 1).Span[..(draw.Bool() ? queries.Shape.RowLength : rows.Shape.RowLength)].Clear();
                }

                break;
        }

        return queries;
    }
}
