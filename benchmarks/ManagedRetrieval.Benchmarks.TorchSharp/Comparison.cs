using System.Diagnostics;
using ManagedRetrieval.Engine.Parallel;
using TorchSharp;

namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>Times both sides in turn, with the ceiling measured in between.</summary>
/// <param name="pairs">How often.</param>
internal sealed class Comparison(int pairs)
{
    /// <summary>A sample is repeated until it takes this long: the clock and a waking worker then no longer show.</summary>
    private static readonly TimeSpan SampleTime = TimeSpan.FromMilliseconds(20);

    /// <summary>The widest that ceilings may lie apart; else someone else was using the machine, and the row is run again.</summary>
    private const double MostSpread = 0.1;

    private const int MostRuns = 4;

    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(400);

    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(30);

    /// <summary>float rounds at 2^-24; sums of up to 65,536 products in another order differ by some hundred times that.</summary>
    private const double MostDisagreement = 1e-5;

    /// <summary>The best ceiling seen, by number of threads.</summary>
    public SortedDictionary<int, double> Ceilings { get; } = [];

    public Row Run(Work work, int threads)
    {
        using var team = new WorkerTeam(threads);
        torch.set_num_threads(threads);
        work.Prepare(team);
        work.Ours();
        work.Peers();
        double disagreement = work.Disagreement();
        if (!(disagreement < MostDisagreement))
        {
            throw new InvalidOperationException($"{work.Name} [{string.Join(", ", work.Shape)}]: the sides disagree by {disagreement:e2}.");
        }

        (int ours, int theirs) = (Repetitions(work.Ours), Repetitions(work.Peers));
        Row row = null!;
        for (int run = 0; run < MostRuns; run++)
        {
            double[] ourTimes = new double[pairs], theirTimes = new double[pairs], ceilings = new double[pairs];
            for (int pair = 0; pair < pairs; pair++)
            {
                ceilings[pair] = Ceiling.Measure(threads);
                ourTimes[pair] = Time(work.Ours, ours);
                theirTimes[pair] = Time(work.Peers, theirs);
            }

            row = Figures(work, threads, ourTimes, theirTimes, ceilings.Max());
            if (ceilings.Min() >= (1 - MostSpread) * ceilings.Max())
            {
                break;
            }
        }

        return row with { AllocatedBytes = Allocated(work) };
    }

    private Row Figures(Work work, int threads, double[] ours, double[] theirs, double ceiling)
    {
        Ceilings[threads] = Math.Max(ceiling, Ceilings.GetValueOrDefault(threads));
        double[] ratios = [.. theirs.Zip(ours, (their, our) => their / our).Order()];
        return new Row(work.Name, work.Shape, threads)
        {
            OursMs = 1000 * Median(ours),
            PeerMs = 1000 * Median(theirs),
            Ratio = Median(ratios),
            RatioLow = ratios[pairs / 10],
            PercentOfCeiling = 100 * work.Operations / Median(ours) / 1e9 / ceiling,
        };
    }

    private static long Allocated(Work work)
    {
        long least = long.MaxValue;
        for (int i = 0; i < 5; i++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            work.Ours();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        return least;
    }

    private static int Repetitions(Action action)
    {
        // The runtime compiles anew what was called often, some 100 ms later.
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < WarmUp)
        {
            action();
        }

        start = Stopwatch.GetTimestamp();
        action();
        return (int)Math.Clamp(SampleTime / Stopwatch.GetElapsedTime(start), 1, 100_000);
    }

    private static double Time(Action action, int repetitions)
    {
        // The other side's threads spin for a while after their work, on a processor that this side needs.
        Thread.Sleep(Settling);
        action();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < repetitions; i++)
        {
            action();
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds / repetitions;
    }

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
