using ManagedRetrieval.Cli.Runs;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;

namespace ManagedRetrieval.Cli.Tests.Runs;

public class RowScoresTests
{
    [Fact]
    public void A_score_has_the_bits_that_a_search_gives_it()
    {
        using var team = new WorkerTeam(2);
        var random = new Random(3);
        foreach ((int candidates, int dimensions) in new[] { (1, 1), (7, 3), (40, 64), (300, 33), (1000, 129) })
        {
            Tensor<float> corpus = Draw(candidates, dimensions), query = Draw(1, dimensions);
            ScoredCandidate<int>[] found = new BruteForceIndex<int>(corpus, [.. Enumerable.Range(0, candidates)], team).Search(query, candidates)[0];
            int[] rows = [.. found.Select(answer => answer.Row)];
            Assert.Equal(found.Select(answer => answer.Score), RowScores.Of(query, corpus, rows, team));
            Assert.Equal(found.Take(1).Select(answer => answer.Score), RowScores.Of(query, corpus, rows.AsSpan(0, 1), team));
        }

        Assert.Empty(RowScores.Of(Draw(1, 4), Draw(3, 4), [], team));

        Tensor<float> Draw(int rows, int width)
        {
            var tensor = new Tensor<float>(new Shape(rows, width));
            foreach (ref float value in tensor.Span)
            {
                value = (float)((2 * random.NextDouble()) - 1);
            }

            return tensor;
        }
    }
}
