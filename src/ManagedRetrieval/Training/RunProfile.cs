using System.Diagnostics;
using ManagedRetrieval.Engine.Autodiff;

namespace ManagedRetrieval.Training;

/// <summary>Adds up where the time of steps goes.</summary>
internal sealed class RunProfile
{
    private long _steps;
    private long _optimizer;
    private long _total;

    /// <summary>The ops' part.</summary>
    public TapeProfile Ops { get; } = new();

    /// <summary>Takes in a step that ends now.</summary>
    /// <param name="start">When it began.</param>
    /// <param name="updated">When the optimizer's part began, which is its last.</param>
    public void Add(long start, long updated)
    {
        long now = Stopwatch.GetTimestamp();
        _steps++;
        _optimizer += now - updated;
        _total += now - start;
    }

    public TrainingProfile Result() => new(Ops.Times(), _steps, Stopwatch.GetElapsedTime(0, _optimizer), Stopwatch.GetElapsedTime(0, _total));
}
