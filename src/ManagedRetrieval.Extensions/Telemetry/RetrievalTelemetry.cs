using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ManagedRetrieval.Extensions.Telemetry;

/// <summary>Names of the traces and metrics of vector stores, as OpenTelemetry's conventions for databases have them.</summary>
/// <remarks>
/// A span <c>search movies</c> for each operation, with the attributes <c>db.system.name</c>, <c>db.operation.name</c>, <c>db.collection.name</c>, where there are some
/// <c>db.operation.batch.size</c> and <c>db.response.returned_rows</c>, and <c>error.type</c> where it failed; the histograms <c>db.client.operation.duration</c>, in seconds, and
/// <c>db.client.response.returned_rows</c>. An index that could not be compacted is an event <c>compaction_failed</c> of the next upsert's span, and counted in
/// <c>managed_retrieval.compaction.failures</c>. Nothing is measured while nobody listens. Embedding generators are not measured here: <c>UseOpenTelemetry</c> of
/// Microsoft.Extensions.AI wraps any. A wrapper of a query tower measures what is searched for: what is stored goes past it to the candidate tower, unless the wrapper's
/// <c>GetService</c> gives another one for <c>ModelTower.Candidate</c>.
/// </remarks>
public static class RetrievalTelemetry
{
    /// <summary>The name of the source of spans.</summary>
    public const string ActivitySourceName = "ManagedRetrieval.Extensions";

    /// <summary>The name of the meter.</summary>
    public const string MeterName = "ManagedRetrieval.Extensions";

    /// <summary>What <c>db.system.name</c> says.</summary>
    public const string SystemName = "managed_retrieval";

    /// <summary>The event of a span.</summary>
    internal const string CompactionFailed = "compaction_failed";

    internal static readonly ActivitySource Source = new(ActivitySourceName);

    private static readonly Meter Meter = new(MeterName);

    // The bounds that the conventions advise begin at 1 ms; a search of a small collection takes some microseconds.
    internal static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "db.client.operation.duration", "s", "Duration of operations of vector stores.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.00001, 0.0001, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] });

    internal static readonly Histogram<long> ReturnedRows = Meter.CreateHistogram<long>(
        "db.client.response.returned_rows", "{row}", "Number of records that operations of vector stores return.",
        advice: new InstrumentAdvice<long> { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000] });

    internal static readonly Counter<long> CompactionFailures = Meter.CreateCounter<long>(
        "managed_retrieval.compaction.failures", "{failure}", "Number of times that an index of a vector store could not be built anew.");
}
