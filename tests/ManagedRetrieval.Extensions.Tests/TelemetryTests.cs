using System.Diagnostics;
using System.Diagnostics.Metrics;
using ManagedRetrieval.Extensions.Telemetry;
using Microsoft.Extensions.VectorData;

namespace ManagedRetrieval.Extensions.Tests;

public class TelemetryTests
{
    [Fact]
    public async Task Operations_are_spans_and_measurements_for_those_who_listen()
    {
        // Other tests run at the same time: only this collection's are looked at.
        string name = $"items {Guid.NewGuid()}";
        List<Activity> spans = [];
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == RetrievalTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => AddIf(activity.DisplayName.EndsWith(name, StringComparison.Ordinal), spans, activity),
        };
        ActivitySource.AddActivityListener(listener);
        List<(string Instrument, double Value, Dictionary<string, object?> Tags)> measured = [];
        using var meters = new MeterListener
        {
            InstrumentPublished = (instrument, meter) =>
            {
                if (instrument.Meter.Name == RetrievalTelemetry.MeterName)
                {
                    meter.EnableMeasurementEvents(instrument);
                }
            },
        };
        meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Measure(instrument, value, tags));
        meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Measure(instrument, value, tags));
        meters.Start();
        void Measure(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            Dictionary<string, object?> copied = new([.. tags]);
            AddIf(copied.TryGetValue("db.collection.name", out object? collection) && (string?)collection == name, measured, (instrument.Name, value, copied));
        }

        var collection = new ManagedRetrievalVectorStore().GetCollection<int, Item>(name);
        await Assert.ThrowsAsync<VectorStoreException>(() => collection.UpsertAsync(Items.With(1, 1, 0, 0)));
        await collection.EnsureCollectionExistsAsync();
        await collection.UpsertAsync([Items.With(1, 1, 0, 0), Items.With(2, 0, 1, 0), Items.With(3, 0, 0, 1)]);
        await Items.FindAsync(collection, [1, 0, 0], 2);
        await collection.GetAsync(1);
        await collection.DeleteAsync([1, 2]);

        Assert.Equal(["upsert", "upsert", "search", "get", "delete"], spans.Select(span => (string?)span.GetTagItem("db.operation.name")));
        Assert.All(spans, span => Assert.Equal(($"{span.GetTagItem("db.operation.name")} {name}", "managed_retrieval", name), (span.DisplayName, span.GetTagItem("db.system.name"), span.GetTagItem("db.collection.name"))));
        Assert.Equal([null, 3, null, null, 2], spans.Select(span => span.GetTagItem("db.operation.batch.size")));
        Assert.Equal([null, null, 2, 1, null], spans.Select(span => span.GetTagItem("db.response.returned_rows")));
        Assert.Equal(typeof(VectorStoreException).FullName, spans[0].GetTagItem("error.type"));
        Assert.Equal([ActivityStatusCode.Error, ActivityStatusCode.Unset], spans.Take(2).Select(span => span.Status));

        var durations = measured.Where(measurement => measurement.Instrument == "db.client.operation.duration").ToList();
        Assert.Equal(["upsert", "upsert", "search", "get", "delete"], durations.Select(measurement => (string?)measurement.Tags["db.operation.name"]));
        Assert.All(durations, measurement => Assert.InRange(measurement.Value, 0, 60));
        Assert.Equal(typeof(VectorStoreException).FullName, durations[0].Tags["error.type"]);
        Assert.All(durations.Skip(1), measurement => Assert.False(measurement.Tags.ContainsKey("error.type")));
        Assert.Equal([2.0, 1.0], measured.Where(measurement => measurement.Instrument == "db.client.response.returned_rows").Select(measurement => measurement.Value));
    }

    private static void AddIf<T>(bool wanted, List<T> list, T item)
    {
        if (wanted)
        {
            list.Add(item);
        }
    }
}
