using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Metrics;

/// <summary>One candidate of one query.</summary>
/// <param name="Score">May be NaN.</param>
/// <param name="Positive">Whether it is wanted.</param>
internal readonly record struct Entry(double Score, bool Positive);

/// <summary>Scored candidates of some queries, and their ranks.</summary>
internal sealed class RankCase
{
    private RankCase(Entry[][] queries) => (Queries, Ranks) = (queries, RanksOf(queries));

    public Entry[][] Queries { get; }

    public QueryRanks Ranks { get; }

    /// <summary>Few different scores, so that most tie, and NaN among them; some queries have no positives, some nothing else.</summary>
    public static RankCase Tied(Draw draw, int queries, int candidates) => new(Draws(queries, () =>
    {
        double share = draw.OneOf(0, 0.3, 0.6, 1);
        return new Entry(draw.Below(7) == 0 ? double.NaN : draw.Between(0, 2), draw.Uniform() < share);
    }, candidates));

    /// <summary>No two scores alike.</summary>
    public static RankCase Distinct(Draw draw, int queries, int candidates)
    {
        double share = draw.OneOf(0.02, 0.3, 0.9);
        return new RankCase(Draws(queries, () => new Entry(draw.Uniform(-1, 1), draw.Uniform() < share), candidates));
    }

    public static RankCase Of(params Entry[][] queries) => new(queries);

    /// <summary>Positives and others by their scores.</summary>
    public static Entry[] Query(double[] positives, double[] others) =>
        [.. positives.Select(score => new Entry(score, true)), .. others.Select(score => new Entry(score, false))];

    private static Entry[][] Draws(int queries, Func<Entry> entry, int candidates)
    {
        var rows = new Entry[queries][];
        for (int i = 0; i < queries; i++)
        {
            rows[i] = [.. Enumerable.Range(0, candidates).Select(_ => entry())];
        }

        return rows;
    }

    /// <summary>Queries of different lengths share a matrix; what a row does not have is removed from it.</summary>
    private static QueryRanks RanksOf(Entry[][] queries)
    {
        int columns = queries.Max(row => row.Length);
        var values = new Tensor<double>(new Shape(queries.Length, columns));
        var kept = new Tensor<double>(values.Shape);
        var positives = new List<int>();
        var offsets = new List<int> { 0 };
        for (int i = 0; i < queries.Length; i++)
        {
            kept.Row(i)[queries[i].Length..].Fill(double.NegativeInfinity);
            for (int j = 0; j < queries[i].Length; j++)
            {
                values.Row(i)[j] = queries[i][j].Score;
                if (queries[i][j].Positive)
                {
                    positives.Add(j);
                }
            }

            offsets.Add(positives.Count);
        }

        return LogitRanks.Of(values, kept, new OpIndices(positives.ToArray(), offsets.ToArray()));
    }
}
