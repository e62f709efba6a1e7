using ManagedRetrieval.Engine.Kernels.Quantized;

namespace ManagedRetrieval.Engine.Tests.Kernels.Quantized;

/// <summary>A sink that writes down what it is handed, in order.</summary>
internal struct Scanned<T>(T[] thresholds) : IScanSink<T>
    where T : unmanaged, IComparable<T>
{
    /// <summary>The strategies that this processor can.</summary>
    public static IEnumerable<ScanStrategy> Strategies => Enum.GetValues<ScanStrategy>().Where(ScanStrategies.Can);

    public List<(int Query, int Row, T Score)> Rows { get; } = [];

    /// <summary>Whether a query's threshold becomes what it was last handed.</summary>
    public bool Raises { get; init; }

    public readonly T Threshold(int query) => thresholds[query];

    public readonly void Accept(int query, int firstRow, ulong reached, ReadOnlySpan<T> scores)
    {
        Assert.NotEqual(0ul, reached);
        for (int i = 0; i < 64; i++)
        {
            if ((reached >> i & 1) != 0)
            {
                Rows.Add((query, firstRow + i, scores[i]));
                thresholds[query] = Raises ? scores[i] : thresholds[query];
            }
        }
    }
}
