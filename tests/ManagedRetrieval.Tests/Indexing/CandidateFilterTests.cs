using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Indexing;

/// <summary>Both ways to an answer, searching and scoring one by one, and directions of extreme lengths; the rest is every index's contract.</summary>
public class CandidateFilterTests
{
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
}
