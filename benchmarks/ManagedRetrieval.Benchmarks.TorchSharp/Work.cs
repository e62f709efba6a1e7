using System.Diagnostics;
using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>One piece of work that both sides do on the same numbers.</summary>
internal abstract class Work : IDisposable
{
    /// <summary>What the row is called.</summary>
    public abstract string Name { get; }

    /// <summary>Its sizes.</summary>
    public abstract int[] Shape { get; }

    /// <summary>Name and sizes, such as <c>topk 1x1000000x64</c>.</summary>
    public string Title => $"{Name} {string.Join('x', Shape)}";

    /// <summary>Whom this library is compared with; null where it runs alone.</summary>
    public virtual string? Peer => "torchsharp";

    /// <summary>The version of a peer that runs in another process, once it has run.</summary>
    public virtual string? PeerVersion => null;

    /// <summary>Floating-point operations, a fused multiply-add being two.</summary>
    public abstract double Operations { get; }

    /// <summary>Bytes that have to be read and bytes that have to be written, where memory rather than arithmetic may set the pace.</summary>
    public virtual (double Read, double Written) Traffic => default;

    /// <summary>How often each side does its work before the results are compared.</summary>
    public virtual int Steps => 1;

    /// <summary>float rounds at 2^-24; sums of up to 65,536 products in another order differ by some hundred times that.</summary>
    public virtual double MostDisagreement => 1e-5;

    /// <summary>Bytes of results that ours keeps after its first run, where what it needs beyond them is to be measured.</summary>
    public virtual long? ResultBytes => null;

    /// <summary>Why there can be no figures here and now; null where nothing stands against it.</summary>
    /// <param name="threads">How many threads each side would have.</param>
    public virtual string? Obstacle(int threads) => null;

    /// <summary>Makes both sides ready for the first run, in which they start from the same numbers.</summary>
    public abstract void Prepare(WorkerTeam team);

    /// <summary>Does it by this library.</summary>
    public abstract void Ours();

    /// <summary>Does it by the peer.</summary>
    public abstract void Peers();

    /// <summary>How many seconds the peer takes to do it so many times.</summary>
    public virtual double TimePeers(int repetitions) => Time(Peers, repetitions);

    /// <summary>How many seconds this library takes to do it so many times.</summary>
    public double TimeOurs(int repetitions) => Time(Ours, repetitions);

    /// <summary>‖ours − theirs‖ / ‖theirs‖ after both have run.</summary>
    public abstract double Disagreement();

    /// <summary>Lets the numbers go.</summary>
    public abstract void Dispose();

    private static double Time(Action action, int repetitions)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < repetitions; i++)
        {
            action();
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
