using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Indexing;

/// <summary>What every index must do. A kind of index derives a class that says how it is built and what a row scores.</summary>
public abstract partial class IndexContract
{
    /// <summary>Bytes that a search with a filter may allocate once it is warm.</summary>
    protected virtual long Allocates => 0;

    /// <summary>A number that a row may hold and that no score overflows by.</summary>
    protected virtual float GreatestOfRows => 1e15f;

    /// <summary>Builds an index with its defaults.</summary>
    protected abstract ITopKIndex<TId> Build<TId>(
        Tensor<float> rows, IReadOnlyList<TId> identifiers, WorkerTeam? workers = null, Similarity similarity = Similarity.DotProduct)
        where TId : notnull;

    /// <summary>The score of a row for a query of one head, in plain loops, as the index promises it to the last bit.</summary>
    protected virtual float Score(ReadOnlySpan<float> query, ReadOnlySpan<float> row) => Chain(query, row);

    /// <summary>Whether the index promises the best k of so many candidates; otherwise only that what it finds is right, and enough.</summary>
    protected virtual bool FindsTheBest(int count, int k) => true;

    [Fact]
    public void Answers_are_the_best_of_what_the_filter_admits_the_lowest_row_first_among_ties() => RandomCases.Check(
        draw =>
        {
            int count = draw.Between(1, 3 * draw.Size), names = draw.Between(1, count), width = draw.Length();
            Tensor<float> rows = Numbers(draw, new Shape(count, width));
            Tensor<float> queries = Numbers(draw, draw.Bool() ? new Shape(draw.Length(), width) : new Shape(draw.Length(), draw.Between(1, 3), width));
            int[] identifiers = draw.Ids(count, names);
            CandidateFilter<int>? filter = draw.Below(4) == 0 ? null : Filter(draw, queries.Shape.Rows, names);
            int k = draw.Between(1, count + 2);
            Check(rows, identifiers, queries, k, filter, Build(rows, identifiers).Search(queries, k, filter));
        },
        cases: 300,
        size: 30);

    [Theory]
    [InlineData(700, 1)]
    [InlineData(3000, 2)]
    public void A_query_has_the_same_bits_alone_in_a_batch_and_for_any_number_of_workers(int count, int heads)
    {
        var draw = new Draw(81, 12);
        Tensor<float> rows = draw.Tensor<float>(new Shape(count, 19)), queries = draw.Tensor<float>(new Shape(70, heads, 19));
        int[] identifiers = draw.Ids(count, 500);
        CandidateFilter<int> filter = new()
        {
            Exclusions = [.. Enumerable.Range(0, 70).Select(query => query % 3 == 0 ? null : draw.Ids(query, 500))],
            Predicate = identifier => identifier % 5 != 0,
        };
        ITopKIndex<int> index = Build(rows, identifiers);
        ScoredCandidate<int>[][] plain = index.Search(queries, 20), filtered = index.Search(queries, 20, filter);
        Check(rows, identifiers, queries, 20, null, plain);
        Check(rows, identifiers, queries, 20, filter, filtered);
        for (int query = 0; query < 70; query += 3)
        {
            Assert.Equal(plain[query], Assert.Single(index.Search(queries.Rows(query, 1), 20)));
        }

        foreach (int workers in (int[])[2, 3])
        {
            using var team = new WorkerTeam(workers);
            index = Build(rows, identifiers, team);
            Assert.Equal(plain, index.Search(queries, 20));
            Assert.Equal(filtered, index.Search(queries, 20, filter));
            Assert.Equal(plain[4], Assert.Single(index.Search(queries.Rows(4, 1), 20)));
        }
    }

    [Fact]
    public void Of_rows_that_are_all_alike_the_first_are_found_by_any_number_of_workers()
    {
        var rows = new Tensor<float>(new Shape(100_000, 2));
        rows.Span.Fill(0.5f);
        int[] identifiers = [.. Enumerable.Range(0, 100_000)];
        Tensor<float> queries = Tensor<float>.Of(new float[,] { { 1, 0.25f }, { 0, 0 }, { -1, -2 } });
        foreach (int workers in (int[])[1, 3])
        {
            using var team = new WorkerTeam(workers);
            ScoredCandidate<int>[][] found = Build(rows, identifiers, team).Search(queries, 3, [null, [0, 2], [99_999, 1, 7]]);
            Assert.Equal([0, 1, 2], found[0].Select(candidate => candidate.Row));
            Assert.Equal([1, 3, 4], found[1].Select(candidate => candidate.Row));
            Assert.Equal([0, 2, 3], found[2].Select(candidate => candidate.Row));
        }
    }

    [Fact]
    public void Where_k_candidates_are_admissible_k_are_found_with_the_scores_that_a_search_of_all_gives_them()
    {
        const int Count = 4000;
        var draw = new Draw(82, 12);
        Tensor<float> rows = draw.Tensor<float>(new Shape(Count, 11)), queries = draw.Tensor<float>(new Shape(3, 2, 11));
        int[] identifiers = [.. Enumerable.Range(0, Count)];
        ITopKIndex<int> index = Build(rows, identifiers);
        ScoredCandidate<int>[][] all = index.Search(queries, Count);
        foreach (int step in (int[])[1, 2, 7, 40, 399, 3999])
        {
            // The same candidates three times: by a predicate, by name, and by naming all others.
            int[] admissible = [.. identifiers.Where(identifier => identifier % step == 0)], others = [.. identifiers.Except(admissible)];
            int k = Math.Min(50, admissible.Length);
            foreach (CandidateFilter<int> filter in (CandidateFilter<int>[])
                [
                    new() { Predicate = identifier => identifier % step == 0 },
                    new() { Inclusions = [admissible, admissible, admissible] },
                    new() { Exclusions = [others, others, others] },
                ])
            {
                ScoredCandidate<int>[][] found = index.Search(queries, k, filter);
                Check(rows, identifiers, queries, k, filter, found);
                for (int query = 0; query < 3; query++)
                {
                    Assert.Equal(k, found[query].Length);
                    Assert.Subset(all[query].ToHashSet(), found[query].ToHashSet());
                }
            }
        }
    }

    [Fact]
    public void An_identifier_may_name_several_rows_and_an_exclusion_removes_them_all()
    {
        Tensor<float> rows = Tensor<float>.Of(new float[,] { { 1, 0 }, { 0, 2 }, { 4, 1 } });
        var query = new Tensor<float>(new Shape(1, 2, 2), new float[] { 1, 0, 0, 1 });
        ITopKIndex<long> index = Build<long>(rows, [70, 80, 70]);
        Assert.Equal([70L, 80L, 70L], index.Search(query, 9)[0].Select(candidate => candidate.Identifier));
        Assert.Equal([2, 1, 0], index.Search(query, 9)[0].Select(candidate => candidate.Row));
        Assert.Equal([1], index.Search(query, 9, [[70, 5, 70]])[0].Select(candidate => candidate.Row));
        Assert.Empty(index.Search(query, 9, [[80, 70]])[0]);
        Assert.Equal([2, 0], index.Search(query, 9, new CandidateFilter<long> { Inclusions = [[70, 5]] })[0].Select(candidate => candidate.Row));
        Assert.Empty(index.Search(query, 9, new CandidateFilter<long> { Inclusions = [[]] })[0]);
    }

    [Fact]
    public void Cosine_is_the_dot_product_of_vectors_of_length_1()
    {
        var draw = new Draw(83, 12);
        Tensor<float> rows = draw.Tensor<float>(new Shape(300, 7)), queries = draw.Tensor<float>(new Shape(9, 2, 7));
        rows.Row(5).Clear();
        queries.Row(2).Clear();
        Tensor<float> unitRows = new(rows.Shape), unitQueries = new(queries.Shape), before = rows.Clone();
        UnitRows.Write(rows.Span, 7, unitRows.Span);
        UnitRows.Write(queries.Span, 7, unitQueries.Span);
        int[] identifiers = [.. Enumerable.Range(0, 300)];
        ITopKIndex<int> cosine = Build(rows, identifiers, similarity: Similarity.Cosine);
        Assert.Equal(Similarity.Cosine, cosine.Similarity);
        Assert.Equal(Build(unitRows, identifiers).Search(unitQueries, 10), cosine.Search(queries, 10));
        CandidateFilter<int> few = new() { Predicate = identifier => identifier % 30 == 5 };
        Assert.Equal(Build(unitRows, identifiers).Search(unitQueries, 10, few), cosine.Search(queries, 10, few));
        Assert.Equal(before.Span.ToArray(), rows.Span.ToArray());
    }

    [Fact]
    public void Several_threads_may_search_at_once()
    {
        var draw = new Draw(85, 12);
        Tensor<float> rows = draw.Tensor<float>(new Shape(900, 6)), queries = draw.Tensor<float>(new Shape(40, 6));
        int[] identifiers = [.. Enumerable.Range(0, 900).Select(row => row / 3)];
        int[][] exclusions = [.. Enumerable.Range(0, 40).Select(query => Enumerable.Range(query, 200).ToArray())];
        using var team = new WorkerTeam(3);
        ScoredCandidate<int>[][] expected = Build(rows, identifiers).Search(queries, 9, exclusions);
        ITopKIndex<int> index = Build(rows, identifiers, team);
        Parallel.For(0, 16, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ => Assert.Equal(expected, index.Search(queries, 9, exclusions)));
    }

    /// <summary>One chain of fused multiply-adds.</summary>
    protected static float Chain(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        float sum = 0;
        for (int d = 0; d < x.Length; d++)
        {
            sum = MathF.FusedMultiplyAdd(x[d], y[d], sum);
        }

        return sum;
    }

    private void Check(
        Tensor<float> rows, int[] identifiers, Tensor<float> queries, int k, CandidateFilter<int>? filter, ScoredCandidate<int>[][] found)
    {
        Assert.Equal(queries.Shape.Rows, found.Length);
        int width = rows.Shape.RowLength;
        for (int query = 0; query < found.Length; query++)
        {
            float[] heads = queries.Row(query).ToArray();
            ScoredCandidate<int>[] admissible = [.. Enumerable.Range(0, identifiers.Length)
                .Where(row => filter?.Exclusions?[query]?.Contains(identifiers[row]) is not true)
                .Where(row => filter?.Inclusions?[query]?.Contains(identifiers[row]) is not false)
                .Where(row => filter?.Predicate?.Invoke(identifiers[row]) is not false)
                .Select(row => new ScoredCandidate<int>(
                    identifiers[row], Enumerable.Range(0, heads.Length / width).Max(head => Score(heads.AsSpan(head * width, width), rows.Row(row))), row))
                .OrderByDescending(candidate => candidate.Score)
                .ThenBy(candidate => candidate.Row)];
            if (FindsTheBest(admissible.Length, k))
            {
                Assert.Equal(admissible.Take(k), found[query]);
                continue;
            }

            Assert.Equal(Math.Min(k, admissible.Length), found[query].Length);
            Assert.Equal(found[query].OrderByDescending(candidate => candidate.Score).ThenBy(candidate => candidate.Row), found[query]);
            Assert.Subset(admissible.ToHashSet(), found[query].ToHashSet());
            Assert.Distinct(found[query]);
        }
    }

    private static CandidateFilter<int> Filter(Draw draw, int queries, int names)
    {
        int modulus = draw.Between(1, 4), left = draw.Below(modulus);
        return new CandidateFilter<int>
        {
            Exclusions = draw.Bool() ? null : Lists(),
            Inclusions = draw.Bool() ? null : Lists(),
            Predicate = draw.Bool() ? null : name => name % modulus == left,
        };

        IReadOnlyCollection<int>?[] Lists() => [.. Enumerable.Range(0, queries).Select(_ => (IReadOnlyCollection<int>?)(draw.Below(4) switch
        {
            0 => null,
            1 => [],
            2 => draw.Ids(draw.Between(1, 4), names + 2).ToList(),
            _ => draw.Ids(draw.Between(1, names), names).ToHashSet(),
        }))];
    }

    /// <summary>Whole numbers, which tie often, or fractions, where another order of summing would show.</summary>
    private static Tensor<float> Numbers(Draw draw, Shape shape)
    {
        var tensor = draw.Tensor<float>(shape);
        for (int i = 0; i < shape.Length && draw.Seed % 2 == 0; i++)
        {
            tensor.Span[i] = draw.Between(-3, 3);
        }

        return tensor;
    }
}
