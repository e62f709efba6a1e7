using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>One piece of work that both sides do on the same numbers.</summary>
internal abstract class Work : IDisposable
{
    /// <summary>What the row is called.</summary>
    public abstract string Name { get; }

    /// <summary>Its sizes.</summary>
    public abstract int[] Shape { get; }

    /// <summary>Floating-point operations, a fused multiply-add being two.</summary>
    public abstract double Operations { get; }

    /// <summary>Makes the numbers for both sides.</summary>
    public abstract void Prepare(WorkerTeam team);

    /// <summary>Does it by this library.</summary>
    public abstract void Ours();

    /// <summary>Does it by the peer.</summary>
    public abstract void Peers();

    /// <summary>‖ours − theirs‖ / ‖theirs‖ after both have run.</summary>
    public abstract double Disagreement();

    /// <summary>Lets the numbers go.</summary>
    public abstract void Dispose();
}
