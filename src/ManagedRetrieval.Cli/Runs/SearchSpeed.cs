using System.Diagnostics;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>How many queries an index answers in a second.</summary>
internal static class SearchSpeed
{
    /// <summary>Long enough that a clock's tick and a pause of the collector do not matter.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);

    /// <summary>How much faster a round is while code is still being compiled anew, at least.</summary>
    private const double Warming = 1.05;

    private const int Rounds = 3, MostRounds = 12;

    /// <summary>Measures, after a warm-up, the best of some rounds, which other work on the machine disturbs least; of more rounds while each is clearly faster than those before.</summary>
    /// <param name="index">What is searched.</param>
    /// <param name="queries">[queries, d] or [queries, heads, d]; asked again from the first on where they are too few.</param>
    /// <param name="k">Answers of a query.</param>
    /// <param name="batch">Queries that are asked together.</param>
    /// <param name="cancellationToken">Stops between searches.</param>
    public static double Measure(TopKIndex<string> index, Tensor<float> queries, int k, int batch, CancellationToken cancellationToken)
    {
        int size = Math.Min(batch, queries.Shape.Rows);
        var results = new TopKResults<string>();
        index.Search(queries.Rows(0, size), k, results, cancellationToken: cancellationToken);
        double best = 0;
        int next = 0;
        bool isWarming = true;
        for (int round = 0; round < Rounds || (isWarming && round < MostRounds); round++)
        {
            long start = Stopwatch.GetTimestamp();
            long asked = 0;
            do
            {
                next = next + size > queries.Shape.Rows ? 0 : next;
                index.Search(queries.Rows(next, size), k, results, cancellationToken: cancellationToken);
                next += size;
                asked += size;
            }
            while (Stopwatch.GetElapsedTime(start) < Shortest);

            double speed = asked / Stopwatch.GetElapsedTime(start).TotalSeconds;
            isWarming = speed > best * Warming;
            best = Math.Max(best, speed);
        }

        return best;
    }
}
