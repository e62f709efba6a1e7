using ManagedRetrieval.Training;

namespace ManagedRetrieval.Benchmarks.Training;

/// <summary>Measures what the whole process allocates in windows of 20 steps, none of which holds the beginning of a call.</summary>
/// <remarks>The runtime too allocates now and then, while it recompiles what runs often: single windows say nothing of the step.</remarks>
internal sealed class AllocationMeter : IProgress<TrainingProgress>
{
    private const int Steps = 20, MostWindows = 1 << 16;

    /// <summary>Made at once: what measures must not allocate meanwhile.</summary>
    private readonly long[] _windows = new long[MostWindows];

    private int _count;
    private int _steps;
    private int _epoch;
    private long _before;

    /// <summary>Bytes per step in the median window; NaN where there is none.</summary>
    public double Median => _count > 0 ? _windows[.._count].Order().ElementAt(_count / 2) / (double)Steps : double.NaN;

    /// <summary>Bytes per step in the window that allocated most.</summary>
    public double Most => _count > 0 ? _windows[.._count].Max() / (double)Steps : double.NaN;

    /// <summary>The share of the windows in which nothing was allocated.</summary>
    public double ShareOfNone => _windows[.._count].Count(bytes => bytes == 0) / (double)_count;

    /// <summary>Begins an epoch: the next window starts after its first step.</summary>
    /// <param name="epoch">Its number. The first one warms up and is not measured.</param>
    public void Begin(int epoch) => (_epoch, _steps) = (epoch, 0);

    public void Report(TrainingProgress value)
    {
        if (_steps++ % Steps != 0)
        {
            return;
        }

        long now = GC.GetTotalAllocatedBytes(precise: true);
        if (_epoch > 1 && _steps > 1 && _count < MostWindows)
        {
            _windows[_count++] = now - _before;
        }

        _before = GC.GetTotalAllocatedBytes(precise: true);
    }
}
