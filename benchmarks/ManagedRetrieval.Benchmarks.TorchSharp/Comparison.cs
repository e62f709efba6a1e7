using ManagedRetrieval.Engine.Parallel;
using TorchSharp;

namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>Times both sides in turn, with the ceilings measured in between.</summary>
/// <param name="pairs">How often.</param>
/// <param name="longPairs">How often where one side takes long.</param>
/// <param name="mostRuns">How often a row is run at most until the ceilings lie together.</param>
/// <param name="runsAlone">How often where there is no other side.</param>
internal sealed class Comparison(int pairs, int longPairs, int mostRuns, int runsAlone)
{
    /// <summary>The widest that ceilings may lie apart; else someone else was using the machine, and the row is run again.</summary>
    private const double MostSpread = 0.1;

    private readonly HashSet<string> _known = [];

    /// <summary>What the machine can do at best, as far as was seen, by number of threads.</summary>
    public SortedDictionary<int, Ceilings> Best { get; } = [];

    /// <summary>The figures of one row, or why there are none.</summary>
    public Row Run(Work work, int threads)
    {
        var row = new Row(work.Name, work.Shape, threads) { Peer = work.Peer };
        if (work.Obstacle(threads) is { } obstacle)
        {
            return row with { Skipped = obstacle };
        }

        using var team = new WorkerTeam(threads);
        torch.set_num_threads(threads);
        work.Prepare(team);
        return work.Peer is null ? Alone(work, row) : Paired(work, row);
    }

    private Row Paired(Work work, Row row)
    {
        long? working = work.ResultBytes is null ? null : Working(work, work.Ours);
        RequireAgreement(work, work.ResultBytes is null ? 0 : 1);
        Side ours = new(work.TimeOurs), theirs = new(work.TimePeers);
        bool isFirst = _known.Add(work.Name);
        ours.WarmUp(isFirst);
        theirs.WarmUp(isFirst);
        int count = ours.IsLong || theirs.IsLong ? longPairs : pairs;
        for (int run = 0; run < mostRuns; run++)
        {
            double[] ourTimes = new double[count], theirTimes = new double[count];
            var ceilings = new Ceilings[count];
            for (int pair = 0; pair < count; pair++)
            {
                ceilings[pair] = Ceilings.Measure(row.Threads, work.Traffic);
                ourTimes[pair] = ours.Sample();
                theirTimes[pair] = theirs.Sample();
            }

            row = Figures(work, row, ourTimes, ceilings) with { PeerMs = 1000 * Median(theirTimes) };
            double[] ratios = [.. theirTimes.Zip(ourTimes, (their, our) => their / our).Order()];
            row = row with { Ratio = Median(ratios), RatioLow = ratios[count / 10] };
            if (Ceilings.Spread(ceilings) <= MostSpread)
            {
                break;
            }
        }

        return row with { AllocatedBytes = Allocated(work), WorkingBytes = working };
    }

    /// <summary>Work that takes many seconds and has no peer: its first run is timed too.</summary>
    private Row Alone(Work work, Row row)
    {
        double[] times = new double[runsAlone];
        var ceilings = new Ceilings[runsAlone];
        long? working = null;
        for (int run = 0; run < runsAlone; run++)
        {
            ceilings[run] = Ceilings.Measure(row.Threads, work.Traffic);
            if (run > 0)
            {
                times[run] = work.TimeOurs(1);
                continue;
            }

            working = Working(work, () => times[0] = work.TimeOurs(1));
        }

        return Figures(work, row, times, ceilings) with { WorkingBytes = working };
    }

    private Row Figures(Work work, Row row, double[] times, Ceilings[] ceilings)
    {
        Ceilings best = ceilings.Aggregate(Ceilings.Max);
        Best[row.Threads] = Ceilings.Max(best, Best.GetValueOrDefault(row.Threads));
        double seconds = Median(times), memorySeconds = best.SecondsFor(work.Traffic);
        return row with
        {
            OursMs = 1000 * seconds,
            PercentOfCeiling = 100 * work.Operations / seconds / 1e9 / best.Gflops,
            PercentOfMemory = memorySeconds > 0 ? 100 * memorySeconds / seconds : null,
        };
    }

    /// <summary>What the first run needs beyond its results; null where not even those made the process grow, since they fit into free memory.</summary>
    private static long? Working(Work work, Action run)
    {
        long? working = ProcessMemory.Growth(run) - work.ResultBytes;
        return working >= 0 ? working : null;
    }

    private static void RequireAgreement(Work work, int alreadyRun)
    {
        for (int step = 0; step < work.Steps; step++)
        {
            if (step >= alreadyRun)
            {
                work.Ours();
            }

            work.Peers();
        }

        double disagreement = work.Disagreement();
        if (!(disagreement < work.MostDisagreement))
        {
            throw new InvalidOperationException($"{work.Title}: the sides disagree by {disagreement:e2}.");
        }
    }

    private static long Allocated(Work work)
    {
        long least = long.MaxValue;
        for (int i = 0; i < 5 && least > 0; i++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            work.Ours();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        return least;
    }

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
