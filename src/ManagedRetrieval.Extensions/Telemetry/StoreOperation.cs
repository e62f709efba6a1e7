using System.Diagnostics;

namespace ManagedRetrieval.Extensions.Telemetry;

/// <summary>One operation as a span and as measurements; nothing while nobody listens.</summary>
internal readonly struct StoreOperation
{
    private readonly string _name;
    private readonly string _collection;
    private readonly Activity? _activity;
    private readonly long _start;

    private StoreOperation(string name, string collection, Activity? activity, long start) => (_name, _collection, _activity, _start) = (name, collection, activity, start);

    /// <summary>Starts an operation.</summary>
    /// <param name="name">Such as search.</param>
    /// <param name="collection">The collection's name.</param>
    /// <param name="batch">How many records or keys it is about; 1 is not told.</param>
    public static StoreOperation Start(string name, string collection, int batch = 1)
    {
        Activity? activity = RetrievalTelemetry.Source.HasListeners() ? RetrievalTelemetry.Source.StartActivity($"{name} {collection}") : null;
        if (activity is { IsAllDataRequested: true })
        {
            foreach (KeyValuePair<string, object?> tag in Tags(name, collection))
            {
                activity.SetTag(tag.Key, tag.Value);
            }

            if (batch > 1)
            {
                activity.SetTag("db.operation.batch.size", batch);
            }
        }

        bool timed = RetrievalTelemetry.Duration.Enabled || RetrievalTelemetry.ReturnedRows.Enabled;
        return new StoreOperation(name, collection, activity, timed ? Stopwatch.GetTimestamp() : 0);
    }

    /// <summary>It succeeded.</summary>
    /// <param name="rows">How many records it returns; null where it returns none by its nature.</param>
    public void End(int? rows = null)
    {
        if (rows is { } count)
        {
            _activity?.SetTag("db.response.returned_rows", count);
        }

        Finish(rows, null);
    }

    /// <summary>It failed; false, so that an exception's filter may ask.</summary>
    public bool Fail(Exception failure)
    {
        string type = failure.GetType().FullName!;
        _activity?.SetTag("error.type", type);
        _activity?.SetStatus(ActivityStatusCode.Error, failure.Message);
        Finish(null, type);
        return false;
    }

    /// <summary>An index could not be compacted before this operation, which succeeds all the same.</summary>
    /// <param name="property">The vector property that it is of.</param>
    /// <param name="failure">Why.</param>
    public void ReportCompaction(string property, Exception failure)
    {
        string type = failure.GetType().FullName!;
        _activity?.AddEvent(new ActivityEvent(
            RetrievalTelemetry.CompactionFailed,
            tags: new() { ["managed_retrieval.property"] = property, ["exception.type"] = type, ["exception.message"] = failure.Message }));
        RetrievalTelemetry.CompactionFailures.Add(
            1, new("db.system.name", RetrievalTelemetry.SystemName), new("db.collection.name", _collection), new("error.type", type));
    }

    private static TagList Tags(string name, string collection) => new()
    {
        { "db.system.name", RetrievalTelemetry.SystemName },
        { "db.operation.name", name },
        { "db.collection.name", collection },
    };

    private void Finish(int? rows, string? error)
    {
        _activity?.Dispose();
        if (_start == 0)
        {
            return;
        }

        TagList tags = Tags(_name, _collection);
        if (error is not null)
        {
            tags.Add("error.type", error);
        }

        RetrievalTelemetry.Duration.Record(Stopwatch.GetElapsedTime(_start).TotalSeconds, tags);
        if (rows is { } count)
        {
            RetrievalTelemetry.ReturnedRows.Record(count, tags);
        }
    }
}
