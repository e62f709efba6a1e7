using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Indexing;

/// <summary>Searches with heads and with identifiers that may not be found.</summary>
public class ExclusionTests
{
    [Fact]
    public void Results_are_those_of_a_full_sort_without_the_rows_of_excluded_identifiers() => RandomCases.Check(
        draw =>
        {
            int count = draw.Length();
            Tensor<float> candidates = Whole(draw, new Shape(count, draw.Between(1, 4)));
            Tensor<float> queries = Queries(draw, draw.Length(), candidates.Shape[1]);

            // Few names, so that several rows bear one; and names that no row bears.
            int names = draw.Between(1, count);
            string[] identifiers = [.. draw.Ids(count, names).Select(Name)];
            IReadOnlyCollection<string>?[] exclusions = [.. Enumerable.Range(0, queries.Shape.Rows).Select(_ => Some(draw, names))];
            int k = draw.Between(1, count + 3);
            Check(candidates, identifiers, queries, exclusions, k, new BruteForceIndex<string>(candidates, identifiers).Search(queries, k, exclusions));
        },
        cases: 400,
        size: 30);

    [Theory]
    [InlineData(511)]
    [InlineData(513)]
    [InlineData(1300)]
    public void Block_edges_lose_and_repeat_nothing_and_workers_change_nothing(int count)
    {
        var draw = new Draw(61, 12);
        Tensor<float> candidates = Whole(draw, new Shape(count, 4)), queries = Whole(draw, new Shape(70, 2, 4));
        string[] identifiers = [.. draw.Ids(count, 40).Select(Name)];
        IReadOnlyCollection<string>?[] exclusions = [.. Enumerable.Range(0, 70).Select(_ => Some(draw, 40))];
        ScoredCandidate<string>[][] found = new BruteForceIndex<string>(candidates, identifiers).Search(queries, count, exclusions);
        Check(candidates, identifiers, queries, exclusions, count, found);
        foreach (int workers in (int[])[2, 3])
        {
            using var team = new WorkerTeam(workers);
            Assert.Equal(found, new BruteForceIndex<string>(candidates, identifiers, team).Search(queries, count, exclusions));
        }
    }

    [Fact]
    public void A_query_with_one_head_is_found_as_without_heads()
    {
        Tensor<float> candidates = new Draw(62, 12).Tensor<float>(new Shape(90, 5)), queries = new Draw(63, 12).Tensor<float>(new Shape(7, 5));
        var index = new BruteForceIndex<int>(candidates, [.. Enumerable.Range(0, 90)]);
        Assert.Equal(index.Search(queries, 9), index.Search(new Tensor<float>(new Shape(7, 1, 5), queries.Memory), 9));
    }

    [Fact]
    public void A_worked_example()
    {
        // Scores of the rows: head (1, 0) gives 1, 0, 3; head (0, 1) gives 0, 2, 1; the best of both 1, 2, 3.
        Tensor<float> candidates = Tensor<float>.Of(new float[,] { { 1, 0 }, { 0, 2 }, { 3, 1 } });
        var query = new Tensor<float>(new Shape(1, 2, 2), new float[] { 1, 0, 0, 1 });
        var index = new BruteForceIndex<long>(candidates, [70, 80, 70]);
        Assert.Equal([new(70, 3, 2), new(80, 2, 1), new(70, 1, 0)], index.Search(query, 9)[0]);
        Assert.Equal([new ScoredCandidate<long>(80, 2, 1)], index.Search(query, 9, [[70, 5, 70]])[0]);
        Assert.Empty(index.Search(query, 9, [[80, 70]])[0]);
        Assert.Equal(3, index.Search(query, 9, [[]])[0].Length);
        Assert.Equal(3, index.Search(query, 9, [null])[0].Length);
    }

    [Fact]
    public void Several_threads_may_make_the_first_search_with_exclusions()
    {
        Tensor<float> candidates = new Draw(64, 12).Tensor<float>(new Shape(900, 3)), queries = new Draw(65, 12).Tensor<float>(new Shape(4, 3));
        int[] identifiers = [.. Enumerable.Range(0, 900).Select(row => row / 3)];
        int[][] exclusions = [.. Enumerable.Range(0, 4).Select(query => Enumerable.Range(query, 290).ToArray())];
        ScoredCandidate<int>[][] expected = new BruteForceIndex<int>(candidates, identifiers).Search(queries, 50, exclusions);
        Assert.All(expected, found => Assert.Equal(30, found.Length));
        for (int round = 0; round < 10; round++)
        {
            var index = new BruteForceIndex<int>(candidates, identifiers);
            Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ => Assert.Equal(expected, index.Search(queries, 50, exclusions)));
        }
    }

    [Fact]
    public void Exclusions_that_do_not_fit_are_refused()
    {
        var index = new BruteForceIndex<string>(new Tensor<float>(new Shape(2, 1)), ["a", "b"]);
        Tensor<float> queries = new(new Shape(3, 1));
        Refusal.Of<ArgumentException>(() => index.Search(queries, 1, [["a"], null]), "each of the 3 queries, not 2", "'exclusions'");
        Refusal.Of<ArgumentException>(() => index.Search(queries, 1, [["a"], ["a", null!], null]), "must not hold null", "query 1", "'exclusions'");
    }

    private static void Check(
        Tensor<float> candidates, string[] identifiers, Tensor<float> queries, IReadOnlyCollection<string>?[] exclusions, int k, ScoredCandidate<string>[][] found)
    {
        float[] scores = Naive.Scores(queries, candidates);
        Assert.Equal(exclusions.Length, found.Length);
        for (int query = 0; query < found.Length; query++)
        {
            Assert.Equal(
                Enumerable.Range(0, identifiers.Length)
                    .Where(row => exclusions[query]?.Contains(identifiers[row]) is not true)
                    .Select(row => new ScoredCandidate<string>(identifiers[row], scores[(query * identifiers.Length) + row], row))
                    .OrderByDescending(candidate => candidate.Score)
                    .ThenBy(candidate => candidate.Row)
                    .Take(k),
                found[query]);
        }
    }

    private static string Name(int name) => $"name {name}";

    private static IReadOnlyCollection<string>? Some(Draw draw, int names) => draw.Below(4) switch
    {
        0 => null,
        1 => [],
        2 => draw.Ids(draw.Between(1, 4), names + 2).Select(Name).ToList(),
        _ => draw.Ids(draw.Between(1, names), names).Select(Name).ToHashSet(StringComparer.Ordinal),
    };

    private static Tensor<float> Queries(Draw draw, int count, int width) =>
        Whole(draw, draw.Bool() ? new Shape(count, width) : new Shape(count, draw.Between(1, 3), width));

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
