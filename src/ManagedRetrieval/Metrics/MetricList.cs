using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using ManagedRetrieval.Checks;

namespace ManagedRetrieval.Metrics;

/// <summary>Metrics of one kind; a single metric and a list of one mean the same.</summary>
[CollectionBuilder(typeof(MetricList), nameof(MetricList.Create))]
[SuppressMessage("Naming", "CA1710", Justification = "A list of metrics, in the field's words.")]
public sealed class MetricList<TMetric> : IReadOnlyList<TMetric>
    where TMetric : class
{
    private readonly TMetric[] _metrics;

    internal MetricList(ReadOnlySpan<TMetric> metrics)
    {
        _metrics = metrics.ToArray();
        if (Array.IndexOf(_metrics, null) is >= 0 and var position)
        {
            throw Argument.HoldsNull(nameof(metrics), position);
        }
    }

    /// <summary>The number of metrics.</summary>
    public int Count => _metrics.Length;

    /// <summary>One metric.</summary>
    public TMetric this[int index] => _metrics[index];

    /// <summary>A list of one.</summary>
    [SuppressMessage("Usage", "CA2225", Justification = "MetricList.Create is the named form.")]
    public static implicit operator MetricList<TMetric>(TMetric metric) => new([metric]);

    /// <inheritdoc/>
    public IEnumerator<TMetric> GetEnumerator() => ((IEnumerable<TMetric>)_metrics).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Makes lists of metrics.</summary>
public static class MetricList
{
    /// <summary>Makes a list of metrics, copied.</summary>
    /// <exception cref="ArgumentException">A metric is null.</exception>
    public static MetricList<TMetric> Create<TMetric>(params ReadOnlySpan<TMetric> metrics)
        where TMetric : class => new(metrics);
}
