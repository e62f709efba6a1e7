namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>What the machine can do at best.</summary>
/// <param name="Gflops">Floating-point operations a second in fused multiply-adds on registers alone, in 1e9.</param>
/// <param name="ReadGigabytes">1e9 bytes a second that are read in order; 0 where it was not measured.</param>
/// <param name="WrittenGigabytes">1e9 bytes a second that are written in order; 0 where it was not measured.</param>
internal readonly record struct Ceilings(double Gflops, double ReadGigabytes, double WrittenGigabytes)
{
    /// <summary>The ceilings of so many threads together; those of the memory only where the work has traffic.</summary>
    public static Ceilings Measure(int threads, (double Read, double Written) traffic) => new(
        AllThreads.Sum(threads, MultiplyAdds.Rate),
        traffic.Read > 0 ? MemoryTraffic.ReadRate(threads) : 0,
        traffic.Written > 0 ? MemoryTraffic.WriteRate(threads) : 0);

    /// <summary>The better of two measurements, each figure by itself.</summary>
    public static Ceilings Max(Ceilings a, Ceilings b) => new(
        Math.Max(a.Gflops, b.Gflops), Math.Max(a.ReadGigabytes, b.ReadGigabytes), Math.Max(a.WrittenGigabytes, b.WrittenGigabytes));

    /// <summary>How far the measured multiply-adds lie apart, as a share of the best.</summary>
    public static double Spread(Ceilings[] ceilings) => 1 - (ceilings.Min(ceiling => ceiling.Gflops) / ceilings.Max(ceiling => ceiling.Gflops));

    /// <summary>How long the memory needs at least.</summary>
    public double SecondsFor((double Read, double Written) traffic) =>
        (traffic.Read > 0 ? traffic.Read / ReadGigabytes / 1e9 : 0) + (traffic.Written > 0 ? traffic.Written / WrittenGigabytes / 1e9 : 0);
}
