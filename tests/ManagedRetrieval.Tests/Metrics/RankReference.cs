using System.Numerics;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Metrics;

/// <summary>Ranks by a full sort of every query's candidates.</summary>
internal sealed class RankReference
{
    private readonly List<RankBlock[]> _blocks = [];
    private readonly List<int> _negatives = [];
    private (int Tied, int NaNPositives, long NaNCompetitors) _counts;

    /// <summary>Adds a query.</summary>
    /// <param name="competitors">The scores of all who compete.</param>
    /// <param name="positives">The scores of the positives.</param>
    public void Add(IEnumerable<double> competitors, IEnumerable<double> positives)
    {
        // Numbers from the highest down; then competitors that are NaN, then positives that are.
        (double Score, bool Positive)[] sorted = [.. competitors.Select(score => (Score: score, Positive: false))
            .Concat(positives.Select(score => (Score: score, Positive: true)))
            .OrderBy(entry => double.IsNaN(entry.Score) ? entry.Positive ? 2 : 1 : 0)
            .ThenByDescending(entry => entry.Score)];
        var blocks = new List<RankBlock>();
        int above = 0;
        foreach (var group in sorted.GroupBy(entry => double.IsNaN(entry.Score) ? entry.Positive ? "NaN, positive" : "NaN" : (object)(entry.Score + 0.0)))
        {
            int own = group.Count(entry => entry.Positive);
            if (own > 0)
            {
                int others = group.Count() - own;
                blocks.Add(new RankBlock(above, others, own, sorted.Take(above).Count(entry => entry.Positive)));
                _counts.Tied += others > 0 ? own : 0;
            }

            above += group.Count();
        }

        int lost = sorted.Count(entry => entry.Positive && double.IsNaN(entry.Score));
        int ignored = sorted.Count(entry => !entry.Positive && double.IsNaN(entry.Score));
        _blocks.Add([.. blocks]);
        _negatives.Add(sorted.Count(entry => !entry.Positive) - ignored);
        _counts.NaNPositives += lost;
        _counts.NaNCompetitors += ignored;
    }

    /// <summary>The ranks are those of the queries added, and each was scored against so many candidates, once.</summary>
    public void AssertSame(QueryRanks ranks, int candidates)
    {
        Assert.Equal(_blocks.Count, ranks.Count);
        for (int query = 0; query < ranks.Count; query++)
        {
            Assert.Equal(_blocks[query], ranks[query].ToArray());
            Assert.Equal(_negatives[query], ranks.Negatives(query));
        }

        Assert.Equal(new RankingCounts((long)ranks.Count * candidates, _counts.Tied, _counts.NaNPositives, _counts.NaNCompetitors), ranks.Counts);
    }

    /// <summary>[Q][N]: every score, by the plain loop.</summary>
    public static double[][] Scores<T>(Tensor<T> queries, Tensor<T> candidates)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int count = candidates.Shape.Rows;
        T[] all = Naive.Scores(queries, candidates);
        return [.. Enumerable.Range(0, queries.Shape.Rows).Select(query => all.Skip(query * count).Take(count).Select(double.CreateChecked).ToArray())];
    }

    /// <summary>The score of each query with the candidate of the same number.</summary>
    public static double[] OwnScores<T>(Tensor<T> queries, Tensor<T> candidates)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => [.. Enumerable.Range(0, queries.Shape.Rows).Select(query => double.CreateChecked(Naive.Scores(queries.Rows(query, 1), candidates.Rows(query, 1))[0]))];

    public static RaggedIds Ragged(IEnumerable<int[]> lists)
    {
        var ragged = new RaggedIds();
        foreach (int[] list in lists)
        {
            ragged.AppendRow(list);
        }

        return ragged;
    }
}
