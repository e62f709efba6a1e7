using ManagedRetrieval.Metrics;

namespace ManagedRetrieval.StepHost;

/// <summary>Looks at the process's allocation between the steps of a trainer: a loss metric is called in each, and allocates nothing itself.</summary>
internal sealed class StepClock(int windows, int steps, int warmUp, int callsPerStep) : ILossMetric
{
    private readonly long[] _before = new long[windows + 1];
    private int _calls;

    public string Name => "clock";

    public double Result => 0;

    public long[] Allocated => [.. Enumerable.Range(0, windows).Select(window => _before[window + 1] - _before[window])];

    public void Update(ReadOnlySpan<double> losses, ReadOnlySpan<double> weights)
    {
        int step = _calls++ / callsPerStep;
        if (_calls % callsPerStep == 0 && step >= warmUp && (step - warmUp) % steps == 0 && (step - warmUp) / steps <= windows)
        {
            _before[(step - warmUp) / steps] = GC.GetTotalAllocatedBytes(precise: true);
        }
    }

    public void Reset() => _calls = 0;
}
