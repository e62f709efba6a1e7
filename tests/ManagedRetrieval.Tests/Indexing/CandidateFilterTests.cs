using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Indexing;

/// <summary>Exclusions, inclusions and predicates, together and apart.</summary>
public class CandidateFilterTests
{
    [Fact]
    public void Results_are_those_of_a_full_sort_of_what_the_filter_admits() => RandomCases.Check(
        draw =>
        {
            int count = draw.Between(1, 3 * draw.Size), names = draw.Between(1, count);
            Tensor<float> candidates = Whole(draw, new Shape(count, 3)), queries = Whole(draw, new Shape(draw.Length(), draw.Between(1, 2), 3));
            int[] identifiers = draw.Ids(count, names);
            CandidateFilter<int> filter = Filter(draw, queries.Shape.Rows, names);
            int k = draw.Between(1, count + 2);
            ScoredCandidate<int>[][] found = new BruteForceIndex<int>(candidates, identifiers).Search(queries, k, filter);
            float[] scores = Naive.Scores(queries, candidates);
            Assert.Equal(queries.Shape.Rows, found.Length);
            for (int query = 0; query < found.Length; query++)
            {
                Assert.Equal(
                    Enumerable.Range(0, count)
                        .Where(row => filter.Exclusions?[query]?.Contains(identifiers[row]) is not true)
                        .Where(row => filter.Inclusions?[query]?.Contains(identifiers[row]) is not false)
                        .Where(row => filter.Predicate?.Invoke(identifiers[row]) is not false)
                        .Select(row => new ScoredCandidate<int>(identifiers[row], scores[(query * count) + row], row))
                        .OrderByDescending(candidate => candidate.Score)
                        .ThenBy(candidate => candidate.Row)
                        .Take(k),
                    found[query]);
            }
        },
        cases: 500,
        size: 40);

    [Fact]
    public void Scores_are_the_same_bits_whether_rows_are_searched_or_scanned_one_by_one()
    {
        Tensor<float> candidates = new Draw(71, 12).Tensor<float>(new Shape(3000, 19)), queries = new Draw(72, 12).Tensor<float>(new Shape(9, 2, 19));
        var index = new BruteForceIndex<int>(candidates, [.. Enumerable.Range(0, 3000)]);
        ScoredCandidate<int>[][] all = index.Search(queries, 3000);
        ScoredCandidate<int>[][] few = index.Search(queries, 50, new CandidateFilter<int> { Predicate = id => id % 40 == 0 });
        int[] named = [.. Enumerable.Range(0, 75).Select(i => 40 * i)];
        ScoredCandidate<int>[][] listed = index.Search(queries, 50, new CandidateFilter<int> { Inclusions = [.. Enumerable.Repeat(named, 9)] });
        ScoredCandidate<int>[][] half = index.Search(queries, 3000, new CandidateFilter<int> { Predicate = id => id % 2 == 0 });
        for (int query = 0; query < 9; query++)
        {
            Assert.Equal(all[query].Where(found => found.Row % 40 == 0).Take(50), few[query]);
            Assert.Equal(few[query], listed[query]);
            Assert.Equal(all[query].Where(found => found.Row % 2 == 0), half[query]);
        }
    }

    [Fact]
    public void Results_that_are_used_again_allocate_nothing_with_and_without_a_filter()
    {
        Tensor<float> candidates = new Draw(73, 12).Tensor<float>(new Shape(2000, 8)), queries = new Draw(74, 12).Tensor<float>(new Shape(3, 8));
        string[] identifiers = [.. Enumerable.Range(0, 2000).Select(row => $"item {row}")];
        using var team = new WorkerTeam(2);
        foreach (Similarity similarity in Enum.GetValues<Similarity>())
        {
            var index = new BruteForceIndex<string>(candidates, identifiers, team, similarity: similarity);
            var results = new TopKResults<string>();
            CandidateFilter<string>?[] filters =
            [
                null,
                new() { Exclusions = [identifiers[..40], null, identifiers[100..103].ToList()] },
                new() { Inclusions = [identifiers[..40], null, identifiers[100..103]], Exclusions = [identifiers[..4], null, null] },
                new() { Predicate = static identifier => identifier.EndsWith('7') },
            ];
            foreach (CandidateFilter<string>? filter in filters)
            {
                Allocation.Nothing(() => index.Search(queries, 10, results, filter));
            }
        }
    }

    [Fact]
    public void Results_hold_the_last_search_alone()
    {
        Tensor<float> candidates = Tensor<float>.Of(new float[,] { { 1 }, { 3 }, { 2 } });
        var index = new BruteForceIndex<string>(candidates, ["a", "b", "c"]);
        var results = new TopKResults<string>();
        index.Search(Tensor<float>.Of(new float[,] { { 1 }, { -1 } }), 3, results);
        Assert.Equal((2, 3), (results.Queries, results.K));
        Assert.Equal(["a", "c", "b"], results.Identifiers(1).ToArray());
        index.Search(Tensor<float>.Of(new float[,] { { 2 } }), 2, results, new CandidateFilter<string> { Exclusions = [["b", "a"]] });
        Assert.Equal((1, 2, 1), (results.Queries, results.K, results.Count(0)));
        Assert.Equal(["c"], results.Identifiers(0).ToArray());
        Assert.Equal([4f], results.Scores(0).ToArray());
        Assert.Equal([2], results.Rows(0).ToArray());
        Assert.Throws<ArgumentOutOfRangeException>("query", () => results.Count(1));
        Assert.Throws<ArgumentOutOfRangeException>("query", () => { _ = results.Scores(-1); });
    }

    [Fact]
    public void Cosine_compares_directions_alone()
    {
        Tensor<float> candidates = Tensor<float>.Of(new float[,] { { 100, 1 }, { 0, 1e-30f }, { 0, 0 }, { -3e38f, -3e38f } });
        var index = new BruteForceIndex<int>(candidates, [0, 1, 2, 3], similarity: Similarity.Cosine);
        ScoredCandidate<int>[] found = index.Search(Tensor<float>.Of(new float[,] { { 0, 7 } }), 4)[0];
        Assert.Equal([1, 0, 2, 3], found.Select(candidate => candidate.Identifier));
        Assert.Equal([1, 1 / Math.Sqrt(10001), 0, -Math.Sqrt(0.5)], found.Select(candidate => (double)candidate.Score), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal(100, candidates.Span[0]);
        Assert.All(index.Search(new Tensor<float>(new Shape(1, 2)), 4)[0], candidate => Assert.Equal(0, candidate.Score));
    }

    [Fact]
    public void Filters_that_do_not_fit_are_refused()
    {
        var index = new BruteForceIndex<string>(new Tensor<float>(new Shape(2, 1)), ["a", "b"]);
        Tensor<float> queries = new(new Shape(3, 1));
        Refusal.Of<ArgumentException>(
            () => index.Search(queries, 1, new CandidateFilter<string> { Inclusions = [["a"], null] }), "each of the 3 queries, not 2", "'inclusions'");
        Refusal.Of<ArgumentException>(
            () => index.Search(queries, 1, new CandidateFilter<string> { Inclusions = [["a"], ["a", null!], null] }), "must not hold null", "query 1", "'inclusions'");
        Assert.Throws<OperationCanceledException>(() => index.Search(queries, 1, null, new CancellationToken(canceled: true)));
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

    private static Tensor<float> Whole(Draw draw, Shape shape)
    {
        var tensor = new Tensor<float>(shape);
        for (int i = 0; i < shape.Length; i++)
        {
            tensor.Span[i] = draw.Between(-3, 3);
        }

        return tensor;
    }
}
