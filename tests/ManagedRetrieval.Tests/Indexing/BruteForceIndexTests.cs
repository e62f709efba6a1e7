using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Indexing;

public class BruteForceIndexTests
{
    [Fact]
    public void Results_are_those_of_a_full_sort_with_the_lowest_row_first_among_ties() => RandomCases.Check(
        draw =>
        {
            (Tensor<float> candidates, Tensor<float> queries) = Case(draw, draw.Length(), draw.Length(), draw.Length());
            int k = draw.Between(1, candidates.Shape.Rows + 3);
            long[] identifiers = Identifiers(candidates);
            ScoredCandidate<long>[][] found = new BruteForceIndex<long>(candidates, identifiers).Search(queries, k);
            Assert.Equal(queries.Shape.Rows, found.Length);
            for (int i = 0; i < found.Length; i++)
            {
                Assert.Equal(Reference(candidates, identifiers, queries.Row(i), k), found[i]);
            }
        },
        cases: 400,
        size: 30);

    [Theory]
    [InlineData(511, 10)]
    [InlineData(512, 512)]
    [InlineData(513, 513)]
    [InlineData(1300, 700)]
    public void Block_edges_lose_and_repeat_nothing_and_workers_change_nothing(int candidateCount, int k)
    {
        (Tensor<float> candidates, Tensor<float> queries) = Case(new Draw(41, 12), candidateCount, 130, 5);
        long[] identifiers = Identifiers(candidates);
        ScoredCandidate<long>[][] found = new BruteForceIndex<long>(candidates, identifiers).Search(queries, k);
        for (int i = 0; i < found.Length; i += 13)
        {
            Assert.Equal(Reference(candidates, identifiers, queries.Row(i), k), found[i]);
        }

        foreach (int workers in (int[])[2, 3, 8])
        {
            using var team = new WorkerTeam(workers);
            Assert.Equal(found, new BruteForceIndex<long>(candidates, identifiers, team).Search(queries, k));
        }
    }

    [Fact]
    public void A_query_has_the_same_bits_alone_and_in_a_batch()
    {
        // Fractions, so that another order of summing would show.
        Tensor<float> candidates = new Draw(42, 12).Tensor<float>(new Shape(700, 37));
        Tensor<float> queries = new Draw(43, 12).Tensor<float>(new Shape(150, 37));
        var index = new BruteForceIndex<long>(candidates, Identifiers(candidates));
        ScoredCandidate<long>[][] batch = index.Search(queries, 20);
        for (int i = 0; i < batch.Length; i++)
        {
            ScoredCandidate<long>[] alone = Assert.Single(index.Search(queries.Rows(i, 1), 20));
            Assert.Equal(batch[i], alone);
        }
    }

    [Fact]
    public void Several_threads_may_search_at_once()
    {
        (Tensor<float> candidates, Tensor<float> queries) = Case(new Draw(44, 12), 900, 140, 6);
        using var team = new WorkerTeam(3);
        var index = new BruteForceIndex<long>(candidates, Identifiers(candidates), team);
        ScoredCandidate<long>[][] expected = index.Search(queries, 9);
        Parallel.For(0, 24, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ => Assert.Equal(expected, index.Search(queries, 9)));
    }

    [Fact]
    public void Identifiers_may_be_ints_longs_or_strings()
    {
        Tensor<float> candidates = Tensor<float>.Of(new float[,] { { 1 }, { 3 }, { 2 } });
        Tensor<float> query = Tensor<float>.Of(new float[,] { { 2 } });
        Assert.Equal([20, 30], Ids(new BruteForceIndex<int>(candidates, [10, 20, 30])));
        Assert.Equal([1L << 40, -5], Ids(new BruteForceIndex<long>(candidates, [0, 1L << 40, -5])));
        Assert.Equal(["b", "a"], Ids(new BruteForceIndex<string>(candidates, ["a", "b", "a"])));
        Assert.Equal([new ScoredCandidate<int>(20, 6, 1)], new BruteForceIndex<int>(candidates, [10, 20, 30]).Search(query, 1)[0]);

        TId[] Ids<TId>(BruteForceIndex<TId> index)
            where TId : notnull
            => [.. index.Search(query, 2)[0].Select(candidate => candidate.Identifier)];
    }

    [Fact]
    public void A_score_that_overflows_is_infinite_and_sorted_as_such()
    {
        Tensor<float> candidates = Tensor<float>.Of(new float[,] { { 1, 1 }, { 3e38f, 3e38f }, { 2, 1 }, { -3e38f, 3e38f } });
        var index = new BruteForceIndex<int>(candidates, [0, 1, 2, 3]);
        ScoredCandidate<int>[] found = index.Search(Tensor<float>.Of(new float[,] { { 2, -2 } }), 4)[0];
        Assert.Equal([(1, float.PositiveInfinity), (2, 2), (0, 0), (3, float.NegativeInfinity)], found.Select(candidate => (candidate.Row, candidate.Score)));
    }

    [Fact]
    public void A_candidate_that_the_backend_has_no_score_for_is_left_out()
    {
        var index = new BruteForceIndex<int>(new Tensor<float>(new Shape(3, 1)), [7, 8, 9], backend: new OneScoreBackend());
        Assert.Equal([new ScoredCandidate<int>(9, 0.5f, 2)], index.Search(new Tensor<float>(new Shape(1, 1)), 3)[0]);
    }

    [Fact]
    public void A_search_that_is_cancelled_while_the_backend_works_says_so()
    {
        using var stop = new CancellationTokenSource();
        var index = new BruteForceIndex<int>(new Tensor<float>(new Shape(3, 1)), [7, 8, 9], backend: new OneScoreBackend(stop.Cancel));
        Assert.Throws<OperationCanceledException>(() => index.Search(new Tensor<float>(new Shape(1, 1)), 3, null, stop.Token));
    }

    [Fact]
    public void More_than_there_are_gives_all_and_no_queries_give_no_results()
    {
        Tensor<float> candidates = Tensor<float>.Of(new float[,] { { 1 }, { 3 }, { 2 } });
        var index = new BruteForceIndex<int>(candidates, [0, 1, 2]);
        Assert.Equal((3, 1), (index.Count, index.Dimensions));
        Assert.Equal([1, 2, 0], index.Search(Tensor<float>.Of(new float[,] { { 1 } }), int.MaxValue)[0].Select(found => found.Row));
        Assert.Empty(index.Search(new Tensor<float>(new Shape(0, 1)), 5));
    }

    [Fact]
    public void Threads_that_search_first_at_the_same_time_have_the_rows_prepared_once()
    {
        int prepared = 0;
        Thread? other = null;
        BruteForceIndex<int>? index = null;
        void Search() => index!.Search(Tensor<float>.Of(new float[,] { { 1 } }), 1);
        index = new BruteForceIndex<int>(new Tensor<float>(new Shape(3, 1)), [5, 6, 7], backend: new OneScoreBackend(prepare: () =>
        {
            if (Interlocked.Increment(ref prepared) == 1)
            {
                // The other thread comes here too, or it waits.
                other = new Thread(Search);
                other.Start();
                SpinWait.SpinUntil(() => Volatile.Read(ref prepared) > 1 || other.ThreadState.HasFlag(ThreadState.WaitSleepJoin));
            }
        }));
        Search();
        other!.Join();
        Search();
        Assert.Equal(1, prepared);
    }

    [Fact]
    public void Rows_that_could_not_be_prepared_are_by_the_next_search()
    {
        int prepared = 0;
        var index = new BruteForceIndex<int>(new Tensor<float>(new Shape(3, 1)), [5, 6, 7], backend: new OneScoreBackend(prepare: () =>
        {
            if (prepared++ == 0)
            {
                throw new InvalidOperationException("lost");
            }
        }));
        Tensor<float> query = Tensor<float>.Of(new float[,] { { 1 } });
        Refusal.Of<InvalidOperationException>(() => index.Search(query, 1), "lost");
        Assert.Equal(7, index.Search(query, 1)[0][0].Identifier);
        index.Search(query, 1);
        Assert.Equal(2, prepared);
    }

    /// <summary>Small integers tie often, and some rows are copies of others.</summary>
    private static (Tensor<float> Candidates, Tensor<float> Queries) Case(Draw draw, int candidateCount, int queryCount, int width)
    {
        Tensor<float> candidates = Integers(candidateCount);
        for (int i = 0; i < candidateCount; i += 3)
        {
            candidates.Row(draw.Below(candidateCount)).CopyTo(candidates.Row(i));
        }

        return (candidates, Integers(queryCount));

        Tensor<float> Integers(int rows)
        {
            var tensor = new Tensor<float>(new Shape(rows, width));
            for (int i = 0; i < tensor.Span.Length; i++)
            {
                tensor.Span[i] = draw.Between(-3, 3);
            }

            return tensor;
        }
    }

    private static long[] Identifiers(Tensor<float> candidates) => [.. Enumerable.Range(0, candidates.Shape.Rows).Select(row => 1000L - row)];

    private static ScoredCandidate<long>[] Reference(Tensor<float> candidates, long[] identifiers, Span<float> query, int k)
    {
        float[] vector = query.ToArray();
        return [.. Enumerable.Range(0, identifiers.Length)
            .Select(row => new ScoredCandidate<long>(identifiers[row], Score(vector, candidates.Row(row)), row))
            .OrderByDescending(candidate => candidate.Score)
            .ThenBy(candidate => candidate.Row)
            .Take(k)];
    }

    private static float Score(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        float sum = 0;
        for (int d = 0; d < x.Length; d++)
        {
            sum = MathF.FusedMultiplyAdd(x[d], y[d], sum);
        }

        return sum;
    }

    private sealed class OneScoreBackend(Action? whileSearching = null, Action? prepare = null) : IComputeBackend<float>
    {
        public string Name => "one score";

        public IDisposable? PrepareRows(Tensor<float> candidates)
        {
            prepare?.Invoke();
            return null;
        }

        public SoftmaxLossCounts SoftmaxLoss(
            in SoftmaxLossProblem<float> problem, Tensor<float> losses, Tensor<float> factors, Tensor<float> queryGradient, Tensor<float> candidateGradient) =>
            throw new NotSupportedException();

        public void MatrixProduct(Tensor<float> a, bool transposeA, Tensor<float> b, bool transposeB, Tensor<float> result, bool accumulate) =>
            throw new NotSupportedException();

        public void TopK(
            Tensor<float> queries,
            Tensor<float> candidates,
            int k,
            Tensor<float> scores,
            Span<int> rows,
            ReadOnlySpan<int> excluded,
            ReadOnlySpan<int> excludedOffsets,
            ReadOnlySpan<ulong> admitted,
            CancellationToken cancellationToken)
        {
            whileSearching?.Invoke();
            cancellationToken.ThrowIfCancellationRequested();
            scores.Span.Fill(float.NaN);
            rows.Fill(-1);
            (scores.Span[0], rows[0]) = (0.5f, 2);
        }
    }
}
