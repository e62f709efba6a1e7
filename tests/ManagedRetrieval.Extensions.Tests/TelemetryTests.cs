using System.Diagnostics;
using System.Diagnostics.Metrics;
using ManagedRetrieval.Extensions.Storage;
using ManagedRetrieval.Extensions.Telemetry;
using Microsoft.Extensions.VectorData;

namespace ManagedRetrieval.Extensions.Tests;

public class TelemetryTests
{
    [Fact]
    public async Task Operations_are_spans_and_measurements_for_those_who_listen()
    {
        string name = $"items {Guid.NewGuid()}";
        using var listening = new Listening(name);
        var collection = new ManagedRetrievalVectorStore().GetCollection<int, Item>(name);
        await Assert.ThrowsAsync<VectorStoreException>(() => collection.UpsertAsync(Items.With(1, 1, 0, 0)));
        await collection.EnsureCollectionExistsAsync();
        await collection.UpsertAsync([Items.With(1, 1, 0, 0), Items.With(2, 0, 1, 0), Items.With(3, 0, 0, 1)]);
        await Items.FindAsync(collection, [1, 0, 0], 2);
        await collection.GetAsync(1);
        await collection.DeleteAsync([1, 2]);

        List<Activity> spans = listening.Spans;
        Assert.Equal(["upsert", "upsert", "search", "get", "delete"], spans.Select(span => (string?)span.GetTagItem("db.operation.name")));
        Assert.All(spans, span => Assert.Equal(($"{span.GetTagItem("db.operation.name")} {name}", "managed_retrieval", name), (span.DisplayName, span.GetTagItem("db.system.name"), span.GetTagItem("db.collection.name"))));
        Assert.Equal([null, 3, null, null, 2], spans.Select(span => span.GetTagItem("db.operation.batch.size")));
        Assert.Equal([null, null, 2, 1, null], spans.Select(span => span.GetTagItem("db.response.returned_rows")));
        Assert.Equal(typeof(VectorStoreException).FullName, spans[0].GetTagItem("error.type"));
        Assert.Equal([ActivityStatusCode.Error, ActivityStatusCode.Unset], spans.Take(2).Select(span => span.Status));

        var durations = listening.Measured.Where(measurement => measurement.Instrument == "db.client.operation.duration").ToList();
        Assert.Equal(["upsert", "upsert", "search", "get", "delete"], durations.Select(measurement => (string?)measurement.Tags["db.operation.name"]));
        Assert.All(durations, measurement => Assert.InRange(measurement.Value, 0, 60));
        Assert.Equal(typeof(VectorStoreException).FullName, durations[0].Tags["error.type"]);
        Assert.All(durations.Skip(1), measurement => Assert.False(measurement.Tags.ContainsKey("error.type")));
        Assert.Equal([2.0, 1.0], listening.Measured.Where(measurement => measurement.Instrument == "db.client.response.returned_rows").Select(measurement => measurement.Value));
    }

    [Fact]
    public async Task A_compaction_that_failed_is_reported_by_the_next_upsert_and_done_again()
    {
        string name = $"items {Guid.NewGuid()}";
        using var listening = new Listening(name);
        using var store = new ManagedRetrievalVectorStore();
        var (collection, index, mend) = await DamagedAsync(store, name);
        mend();
        Assert.All(listening.Spans, span => Assert.Empty(span.Events));

        await collection.UpsertAsync(Items.With(2000, 2, 0, 0));
        await index.Compaction!;
        await collection.UpsertAsync(Items.With(2001, 3, 0, 0));
        Assert.Equal((int[])[2001, 2000], await Items.FindAsync(collection, [1, 0, 0], 2));
        Assert.Equal([0, 0, 1, 0], listening.Spans.Take(4).Select(span => span.Events.Count()));
        ActivityEvent reported = listening.Spans[2].Events.Single();
        Assert.Equal("compaction_failed", reported.Name);
        Dictionary<string, object?> tags = new(reported.Tags, StringComparer.Ordinal);
        Assert.Equal(("Vector", typeof(InvalidOperationException).FullName), (tags["managed_retrieval.property"], tags["exception.type"]));
        Assert.Equal(ActivityStatusCode.Unset, listening.Spans[2].Status);
        Assert.Equal([1.0], listening.Measured.Where(measurement => measurement.Instrument == "managed_retrieval.compaction.failures").Select(measurement => measurement.Value));
    }

    [Fact]
    public async Task A_compaction_that_goes_on_failing_is_tried_again_only_when_the_changes_have_doubled()
    {
        string name = $"items {Guid.NewGuid()}";
        using var listening = new Listening(name);
        using var store = new ManagedRetrievalVectorStore();
        var (collection, index, mend) = await DamagedAsync(store, name);
        await collection.UpsertAsync(Items.With(2000, 2, 0, 0));
        Task failed = index.Compaction!;
        await Assert.ThrowsAsync<InvalidOperationException>(() => failed);
        for (int id = 2001; id < 2010; id++)
        {
            await collection.UpsertAsync(Items.With(id, 2, 0, 0));
            Assert.Same(failed, index.Compaction);
        }

        Assert.Equal(2, listening.Measured.Count(measurement => measurement.Instrument == "managed_retrieval.compaction.failures"));
        await collection.UpsertAsync(Enumerable.Range(3000, 1100).Select(id => Items.With(id, 1, id, 0)));
        failed = index.Compaction!;
        await Assert.ThrowsAsync<InvalidOperationException>(() => failed);
        await collection.UpsertAsync(Enumerable.Range(5000, 1100).Select(id => Items.With(id, 1, id, 0)));
        Assert.Same(failed, index.Compaction);
        mend();
        await collection.UpsertAsync(Enumerable.Range(7000, 1200).Select(id => Items.With(id, 1, id, 0)));
        Assert.NotSame(failed, index.Compaction);
        await (index.Compaction ?? Task.CompletedTask);
        Assert.Equal(3, listening.Measured.Count(measurement => measurement.Instrument == "managed_retrieval.compaction.failures"));
    }

    /// <summary>A collection whose first compaction has failed, and whose next fail too until it is mended.</summary>
    private static async Task<(VectorStoreCollection<int, Item> Collection, VectorIndex Index, Action Mend)> DamagedAsync(ManagedRetrievalVectorStore store, string name)
    {
        var collection = store.GetCollection<int, Item>(name);
        await collection.EnsureCollectionExistsAsync();
        await collection.UpsertAsync(Enumerable.Range(0, 1000).Select(id => Items.With(id, 1, id, 0)));
        CollectionStorage storage = store.Find(name)!;
        VectorIndex index = storage.IndexOf(storage.Schema.Vectors[0]);
        var vectors = (ReadOnlyMemory<float>?[])storage.Records[7].Vectors;
        (ReadOnlyMemory<float>? vector, vectors[0]) = (vectors[0], null);

        // These make a compaction due.
        await collection.UpsertAsync(Enumerable.Range(1000, 100).Select(id => Items.With(id, 1, id, 0)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => index.Compaction!);
        return (collection, index, () => vectors[0] = vector);
    }

    /// <summary>Spans and measurements of one collection: other tests run at the same time.</summary>
    private sealed class Listening : IDisposable
    {
        private readonly ActivityListener _activities;
        private readonly MeterListener _meters;

        public Listening(string name)
        {
            _activities = new ActivityListener
            {
                ShouldListenTo = source => source.Name == RetrievalTelemetry.ActivitySourceName,
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = activity => AddIf(activity.DisplayName.EndsWith(name, StringComparison.Ordinal), Spans, activity),
            };
            ActivitySource.AddActivityListener(_activities);
            _meters = new MeterListener
            {
                InstrumentPublished = (instrument, meter) =>
                {
                    if (instrument.Meter.Name == RetrievalTelemetry.MeterName)
                    {
                        meter.EnableMeasurementEvents(instrument);
                    }
                },
            };
            _meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Measure(instrument, value, tags));
            _meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Measure(instrument, value, tags));
            _meters.Start();
            void Measure(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
            {
                Dictionary<string, object?> copied = new([.. tags]);
                AddIf(copied.TryGetValue("db.collection.name", out object? collection) && (string?)collection == name, Measured, (instrument.Name, value, copied));
            }
        }

        public List<Activity> Spans { get; } = [];

        public List<(string Instrument, double Value, Dictionary<string, object?> Tags)> Measured { get; } = [];

        public void Dispose()
        {
            _activities.Dispose();
            _meters.Dispose();
        }

        private static void AddIf<T>(bool wanted, List<T> list, T item)
        {
            if (wanted)
            {
                list.Add(item);
            }
        }
    }
}
