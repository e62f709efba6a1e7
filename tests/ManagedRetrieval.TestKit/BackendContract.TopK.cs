using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.TestKit;

/// <content>Top-k.</content>
public abstract partial class BackendContract<T>
{
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

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    public void Few_queries_find_the_best_of_many_candidates_with_ties_and_exclusions(int queries, int heads)
    {
        const int Candidates = 40_000;
        var draw = new Draw(8, 1);
        Tensor<T> q = Whole(draw, new Shape(queries, heads, 3)), c = Whole(draw, Candidates, 3);
        (int[] excluded, int[] offsets) = draw.Subsets(queries, Candidates);
        T[] scores = Naive.Scores(q, c);
        for (int query = 0; query < queries; query++)
        {
            foreach (int row in excluded[offsets[query]..offsets[query + 1]])
            {
                scores[(query * Candidates) + row] = T.NaN;
            }
        }

        foreach (int k in (ReadOnlySpan<int>)[1, 100, 3000])
        {
            (T[] best, int[] rows) = TopK(q, c, k, excluded, offsets);
            for (int query = 0; query < queries; query++)
            {
                (T Score, int Row)[] expected = Naive.TopK<T>(scores.AsSpan(query * Candidates, Candidates), k);
                Assert.Equal(expected.Select(entry => entry.Row), rows.Skip(query * k).Take(k));
                Assert.Equal(expected.Select(entry => entry.Score), best.Skip(query * k).Take(k));
            }
        }
    }

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

    [Theory]
    [InlineData(2, 63)]
    [InlineData(23, 1025)]
    [InlineData(1, 20_000)]
    public void Rows_that_are_not_admitted_are_found_by_no_query(int queries, int candidates)
    {
        var draw = new Draw((ulong)candidates, 2);
        Tensor<T> q = Whole(draw, queries, 3), c = Whole(draw, candidates, 3);
        bool[] admitted = [.. Enumerable.Range(0, candidates).Select(_ => draw.Bool())];
        (int[] excluded, int[] offsets) = draw.Subsets(queries, candidates);
        SortedFully(q, c, excluded, offsets, admitted);
        SortedFully(q, c, [], new int[queries + 1], admitted);
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

    [Theory]
    [InlineData(1)]
    [InlineData(300)]
    public void A_cancelled_top_k_says_so(int queries)
    {
        Tensor<T> q = new(new Shape(queries, 3)), scores = new(new Shape(queries, 2));
        Assert.ThrowsAny<OperationCanceledException>(
            () => Backend.TopK(q, new Tensor<T>(new Shape(4, 3)), 2, scores, new int[2 * queries], cancellationToken: new CancellationToken(canceled: true)));
    }

    [Fact]
    public void No_queries_find_nothing()
    {
        (T[] best, int[] rows) = TopK(new Tensor<T>(new Shape(0, 3)), new Tensor<T>(new Shape(4, 3)), 2);
        Assert.Empty(best);
        Assert.Empty(rows);
    }

    [Fact]
    public void Rows_that_were_prepared_give_the_same_bits_and_those_that_were_given_up_are_read_anew()
    {
        var draw = new Draw(31, 1);
        Tensor<T> q = draw.Tensor<T>(new Shape(5, 7)), c = draw.Tensor<T>(new Shape(90, 7));
        (T[] best, int[] rows) = TopK(q, c, 6);
        (T[] Scores, int[] Rows) search()
        {
            var scores = new Tensor<T>(new Shape(5, 6));
            int[] found = new int[30];
            Backend.TopK(q, c, 6, scores, found);
            return (scores.Span.ToArray(), found);
        }

        using (Backend.PrepareRows(c))
        {
            for (int round = 0; round < 2; round++)
            {
                (T[] again, int[] againRows) = search();
                Agree.Exactly<T>("scores of prepared rows", best, again);
                Assert.Equal(rows, againRows);
            }
        }

        c.Span.Reverse();
        Assert.Equal(TopK(q, c, 6).Rows, search().Rows);
    }

    private void SortedFully(Tensor<T> q, Tensor<T> c, int[] excluded, int[] offsets, bool[]? admitted = null)
    {
        int candidates = c.Shape.Rows;
        T[] scores = Naive.Scores(q, c);
        for (int query = 0; query + 1 < offsets.Length; query++)
        {
            foreach (int row in excluded[offsets[query]..offsets[query + 1]])
            {
                scores[(query * candidates) + row] = T.NaN;
            }

            for (int row = 0; row < candidates; row++)
            {
                scores[(query * candidates) + row] = admitted?[row] is false ? T.NaN : scores[(query * candidates) + row];
            }
        }

        foreach (int k in (ReadOnlySpan<int>)[1, (candidates + 1) / 2, candidates])
        {
            (T[] best, int[] rows) = TopK(q, c, k, excluded, offsets, admitted);
            for (int query = 0; query < q.Shape.Rows; query++)
            {
                (T Score, int Row)[] expected = Naive.TopK<T>(scores.AsSpan(query * candidates, candidates), k);
                Assert.Equal(expected.Select(entry => entry.Row), rows.Skip(query * k).Take(k));
                Assert.Equal(expected.Select(entry => entry.Score), best.Skip(query * k).Take(k));
            }
        }
    }

    private (T[] Scores, int[] Rows) TopK(Tensor<T> queries, Tensor<T> candidates, int k, int[]? excluded = null, int[]? offsets = null, bool[]? admitted = null)
    {
        (Tensor<T> q, Tensor<T> c) = (queries.Clone(), candidates.Clone());
        var scores = new Tensor<T>(new Shape(queries.Shape.Rows, k));
        int[] rows = new int[scores.Shape.Length];
        scores.Span.Fill(T.CreateChecked(77));
        rows.AsSpan().Fill(77);
        Backend.TopK(q, c, k, scores, rows, excluded, offsets, admitted is null ? default : Bits.Of(admitted));
        Agree.Exactly<T>("the queries, after", queries.Span, q.Span);
        Agree.Exactly<T>("the candidates, after", candidates.Span, c.Span);
        return (scores.Span.ToArray(), rows);
    }
}
