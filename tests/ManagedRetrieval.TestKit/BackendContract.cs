using System.Numerics;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.TestKit;

/// <summary>What every <see cref="IComputeBackend{T}"/> must do. A backend's tests derive from this class and add nothing but what is its own.</summary>
public abstract class BackendContract<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The backend under test.</summary>
    protected abstract IComputeBackend<T> Backend { get; }

    /// <summary>The largest ‖error‖ / (‖a‖ · ‖b‖ + ‖what was accumulated to‖) against a product in double.</summary>
    protected virtual double ProductTolerance => typeof(T) == typeof(float) ? 2e-6 : 1e-14;

    /// <summary>The largest ‖error‖ / ‖scores‖ of top-k against scores in double.</summary>
    protected virtual double ScoreTolerance => ProductTolerance;

    [Fact]
    public void The_matrix_product_agrees_with_a_product_in_double_in_every_form() => RandomCases.Check(
        draw => Product(draw, draw.Between(1, draw.Size), draw.Between(1, draw.Size), draw.Between(1, draw.Size)), cases: 30, size: 50);

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(33, 1025, 9)]
    [InlineData(128, 129, 130)]
    [InlineData(3, 5, 1000)]
    public void The_matrix_product_agrees_at_the_edges_of_blocks(int m, int n, int k) => Product(new Draw(4, 1), m, n, k);

    [Theory]
    [InlineData(0, 3, 2)]
    [InlineData(3, 0, 2)]
    [InlineData(0, 0, 0)]
    [InlineData(3, 2, 0)]
    public void An_empty_matrix_product_writes_nothing_but_zeros(int m, int n, int k) => Product(new Draw(5, 1), m, n, k);

    [Fact]
    public void What_the_result_held_does_not_leak_into_a_product_that_does_not_accumulate()
    {
        Tensor<T> a = Of(1, 2), b = Of(3, 4), result = new(new Shape(1, 1));
        result.Span[0] = T.NaN;
        Backend.MatrixProduct(a, false, b, true, result, accumulate: false);
        Assert.Equal(T.CreateChecked(11), result.Span[0]);
    }

    [Fact]
    public void Top_k_agrees_with_a_full_sort_where_scores_are_whole_numbers_with_many_ties() => RandomCases.Check(
        draw =>
        {
            (int queries, int candidates, int width) = (draw.Between(1, 5), draw.Between(1, 4 * draw.Size), draw.Between(1, 6));
            SortedFully(Whole(draw, queries, width), Whole(draw, candidates, width), [], []);
        },
        cases: 60,
        size: 30);

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(70, 1, 1)]
    [InlineData(3, 511, 10)]
    [InlineData(65, 1030, 7)]
    public void Top_k_scores_agree_with_double_and_belong_to_their_rows(int queries, int candidates, int k)
    {
        var draw = new Draw(8, 1);
        Tensor<T> q = draw.Tensor<T>(new Shape(queries, 16)), c = draw.Tensor<T>(new Shape(candidates, 16));
        (T[] best, int[] rows) = TopK(q, c, k);
        double[] all = Naive.Scores(Doubles(q), Doubles(c));
        double[] own = [.. rows.Select((row, i) => all[((i / k) * candidates) + row])];
        double[] sorted = [.. Enumerable.Range(0, queries).SelectMany(query => Naive.TopK<double>(all.AsSpan(query * candidates, candidates), k).Select(entry => entry.Score))];
        Agree.InNorm<T>("scores of the rows found", own, best, ScoreTolerance);
        Agree.InNorm<T>("the best scores", sorted, best, ScoreTolerance);
    }

    [Fact]
    public void A_query_of_several_heads_scores_its_best_head() => RandomCases.Check(
        draw =>
        {
            (int queries, int candidates, int width) = (draw.Between(1, 5), draw.Between(1, 4 * draw.Size), draw.Between(1, 4));
            SortedFully(Whole(draw, new Shape(queries, draw.Between(1, 4), width)), Whole(draw, candidates, width), [], []);
        },
        cases: 60,
        size: 30);

    [Fact]
    public void Rows_that_are_excluded_are_passed_over_and_fewer_than_k_may_be_left() => RandomCases.Check(
        draw =>
        {
            (int queries, int candidates, int width) = (draw.Between(1, 5), draw.Between(1, 4 * draw.Size), draw.Between(1, 4));
            (int[] excluded, int[] offsets) = draw.Subsets(queries, candidates);
            SortedFully(Whole(draw, queries, width), Whole(draw, candidates, width), excluded, offsets);
        },
        cases: 60,
        size: 30);

    [Fact]
    public void Heads_and_exclusions_go_together_at_the_edges_of_blocks()
    {
        foreach ((int queries, int heads, int candidates) in (ReadOnlySpan<(int, int, int)>)[(23, 3, 1025), (33, 2, 512), (2, 65, 513)])
        {
            var draw = new Draw((ulong)candidates, 1);
            (int[] excluded, int[] offsets) = draw.Subsets(queries, candidates);
            SortedFully(Whole(draw, new Shape(queries, heads, 3)), Whole(draw, candidates, 3), excluded, offsets);
        }
    }

    [Fact]
    public void Where_everything_is_excluded_nothing_is_found()
    {
        Tensor<T> q = Tensor<T>.Of(new[,] { { T.One }, { T.One }, { T.One } });
        Tensor<T> c = Tensor<T>.Of(new[,] { { T.One }, { -T.One } });
        (T[] best, int[] rows) = TopK(q, c, 2, [0, 1, 0], [0, 2, 2, 3]);
        Assert.Equal([-1, -1, 0, 1, 1, -1], rows);
        Assert.Equal([true, true, false, false, false, true], best.Select(T.IsNaN));
    }

    [Fact]
    public void A_head_that_is_no_number_takes_the_candidate_out()
    {
        var q = new Tensor<T>(new Shape(1, 2, 1), new[] { T.PositiveInfinity, T.One });
        Tensor<T> c = Tensor<T>.Of(new[,] { { T.Zero }, { T.One }, { -T.One } });
        (T[] best, int[] rows) = TopK(q, c, 3);
        Assert.Equal([1, 2, -1], rows);
        Assert.Equal(T.PositiveInfinity, best[0]);
        Assert.Equal(-T.One, best[1]);
    }

    [Fact]
    public void A_query_gives_the_same_bits_alone_and_in_a_batch() => RandomCases.Check(
        draw =>
        {
            (int queries, int candidates, int width) = (draw.Between(1, 80), draw.Between(1, 600), draw.Between(1, 33));
            int k = draw.Between(1, Math.Min(candidates, 12));
            Tensor<T> q = draw.Tensor<T>(new Shape(queries, width)), c = draw.Tensor<T>(new Shape(candidates, width));
            (T[] best, int[] rows) = TopK(q, c, k);
            int query = draw.Below(queries);
            (T[] alone, int[] aloneRows) = TopK(q.Rows(query, 1), c, k);
            Agree.Exactly<T>("scores", best.AsSpan(query * k, k), alone);
            Assert.Equal(rows.Skip(query * k).Take(k), aloneRows);
        },
        cases: 15);

    [Fact]
    public void Where_scores_are_no_numbers_the_tail_is_NaN_with_row_minus_one()
    {
        Tensor<T> q = Tensor<T>.Of(new[,] { { T.NaN }, { T.PositiveInfinity }, { T.One } });
        Tensor<T> c = Tensor<T>.Of(new[,] { { T.Zero }, { T.One }, { T.Zero } });
        (T[] best, int[] rows) = TopK(q, c, 3);
        Assert.Equal([-1, -1, -1, 1, -1, -1, 1, 0, 2], rows);
        Assert.Equal([true, true, true, false, true, true, false, false, false], best.Select(T.IsNaN));
        Assert.Equal(T.PositiveInfinity, best[3]);
    }

    [Fact]
    public void No_queries_find_nothing()
    {
        (T[] best, int[] rows) = TopK(new Tensor<T>(new Shape(0, 3)), new Tensor<T>(new Shape(4, 3)), 2);
        Assert.Empty(best);
        Assert.Empty(rows);
    }

    [Fact]
    public async Task Calls_from_several_threads_give_the_same_bits()
    {
        var draw = new Draw(12, 1);
        Tensor<T> q = draw.Tensor<T>(new Shape(70, 20)), c = draw.Tensor<T>(new Shape(600, 20));
        T[] product = Multiply(q, c);
        (T[] best, int[] rows) = TopK(q, c, 9);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int round = 0; round < 5; round++)
            {
                Agree.Exactly<T>("product", product, Multiply(q, c));
                (T[] otherBest, int[] otherRows) = TopK(q, c, 9);
                Agree.Exactly<T>("scores", best, otherBest);
                Assert.Equal(rows, otherRows);
            }
        }))).WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void The_name_says_what_runs() => Assert.False(string.IsNullOrWhiteSpace(Backend.Name));

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the backend was made of.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }

    private static Tensor<T> Of(int first, int second) => Tensor<T>.Of(new[,] { { T.CreateChecked(first), T.CreateChecked(second) } });

    private static Tensor<T> Whole(Draw draw, int rows, int width) => Whole(draw, new Shape(rows, width));

    private static Tensor<T> Whole(Draw draw, Shape shape)
    {
        var tensor = new Tensor<T>(shape);
        for (int i = 0; i < tensor.Shape.Length; i++)
        {
            tensor.Span[i] = T.CreateChecked(draw.Between(-1, 1));
        }

        return tensor;
    }

    private static Tensor<double> Doubles(Tensor<T> tensor) => new(tensor.Shape, tensor.Span.ToArray().Select(double.CreateChecked).ToArray());

    private static double Norm(Tensor<T> tensor) => Math.Sqrt(tensor.Span.ToArray().Sum(value => double.CreateChecked(value * value)));

    private T[] Multiply(Tensor<T> a, Tensor<T> b)
    {
        var result = new Tensor<T>(new Shape(a.Shape.Rows, b.Shape.Rows));
        Backend.MatrixProduct(a, false, b, true, result, accumulate: false);
        return result.Span.ToArray();
    }

    private void SortedFully(Tensor<T> q, Tensor<T> c, int[] excluded, int[] offsets)
    {
        int candidates = c.Shape.Rows;
        T[] scores = Naive.Scores(q, c);
        for (int query = 0; query + 1 < offsets.Length; query++)
        {
            foreach (int row in excluded[offsets[query]..offsets[query + 1]])
            {
                scores[(query * candidates) + row] = T.NaN;
            }
        }

        foreach (int k in (ReadOnlySpan<int>)[1, (candidates + 1) / 2, candidates])
        {
            (T[] best, int[] rows) = TopK(q, c, k, excluded, offsets);
            for (int query = 0; query < q.Shape.Rows; query++)
            {
                (T Score, int Row)[] expected = Naive.TopK<T>(scores.AsSpan(query * candidates, candidates), k);
                Assert.Equal(expected.Select(entry => entry.Row), rows.Skip(query * k).Take(k));
                Assert.Equal(expected.Select(entry => entry.Score), best.Skip(query * k).Take(k));
            }
        }
    }

    private (T[] Scores, int[] Rows) TopK(Tensor<T> queries, Tensor<T> candidates, int k, int[]? excluded = null, int[]? offsets = null)
    {
        (Tensor<T> q, Tensor<T> c) = (queries.Clone(), candidates.Clone());
        var scores = new Tensor<T>(new Shape(queries.Shape.Rows, k));
        int[] rows = new int[scores.Shape.Length];
        scores.Span.Fill(T.CreateChecked(77));
        rows.AsSpan().Fill(77);
        Backend.TopK(q, c, k, scores, rows, excluded, offsets);
        Agree.Exactly<T>("the queries, after", queries.Span, q.Span);
        Agree.Exactly<T>("the candidates, after", candidates.Span, c.Span);
        return (scores.Span.ToArray(), rows);
    }

    private void Product(Draw draw, int m, int n, int k)
    {
        for (int form = 0; form < 8; form++)
        {
            (bool transposeA, bool transposeB, bool accumulate) = ((form & 1) != 0, (form & 2) != 0, (form & 4) != 0);
            Tensor<T> a = draw.Tensor<T>(transposeA ? new Shape(k, m) : new Shape(m, k));
            Tensor<T> b = draw.Tensor<T>(transposeB ? new Shape(n, k) : new Shape(k, n));
            Tensor<T> result = draw.Tensor<T>(new Shape(m, n));
            Tensor<double> expected = Doubles(result);
            double floor = Math.Max(1e-6, (Norm(a) * Norm(b)) + (accumulate ? Norm(result) : 0));
            (Tensor<T> aBefore, Tensor<T> bBefore) = (a.Clone(), b.Clone());
            Naive.Product<double>(Doubles(a).Span, transposeA, Doubles(b).Span, transposeB, expected.Span, m, n, k, accumulate);
            Backend.MatrixProduct(a, transposeA, b, transposeB, result, accumulate);
            Agree.InNorm<T>($"[{m}, {n}, {k}] form {form}", expected.Span, result.Span, ProductTolerance, floor);
            Agree.Exactly<T>("a, after", aBefore.Span, a.Span);
            Agree.Exactly<T>("b, after", bBefore.Span, b.Span);
        }
    }
}
