using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Extensions.Storage;
using ManagedRetrieval.TestKit;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;

namespace ManagedRetrieval.Extensions.Tests;

public class SearchTests
{
    [Fact]
    public async Task A_vector_may_come_in_any_of_its_forms()
    {
        VectorStoreCollection<int, Item> collection = await Items.CollectionAsync(Items.With(1, 1, 0, 0), Items.With(2, 0, 1, 0));
        float[] vector = [0, 2, 0];
        Assert.Equal(2, (await collection.SearchAsync(vector, 1).SingleAsync()).Record.Id);
        Assert.Equal(2, (await collection.SearchAsync((ReadOnlyMemory<float>)vector, 1).SingleAsync()).Record.Id);
        Assert.Equal(2, (await collection.SearchAsync(new Embedding<float>(vector), 1).SingleAsync()).Record.Id);
        NotSupportedException failure = await Assert.ThrowsAsync<NotSupportedException>(async () => await collection.SearchAsync("a text", 1).ToListAsync());
        Assert.Contains("String", failure.Message, StringComparison.Ordinal);
        Assert.Contains("no embedding generator", failure.Message, StringComparison.Ordinal);
        ArgumentException short2 = await Assert.ThrowsAsync<ArgumentException>(() => Items.FindAsync(collection, [1, 0], 1));
        Assert.Contains("3 dimensions", short2.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => Items.FindAsync(collection, [1, float.PositiveInfinity, 0], 1));
    }

    [Theory]
    [InlineData(null, 2.0, 0.0, -8.0, 2.0)]
    [InlineData(DistanceFunction.DotProductSimilarity, 2.0, 0.0, -8.0, 0.0)]
    [InlineData(DistanceFunction.NegativeDotProductSimilarity, -2.0, 0.0, 8.0, 0.0)]
    [InlineData(DistanceFunction.CosineSimilarity, 1.0, 0.0, -1.0, 0.0)]
    [InlineData(DistanceFunction.CosineDistance, 0.0, 1.0, 2.0, 1.0)]
    public async Task Scores_order_and_threshold_follow_the_distance_function(string? distance, double same, double across, double against, double threshold)
    {
        VectorStoreCollection<object, Dictionary<string, object?>> collection = await DynamicAsync(distance, null);
        await collection.UpsertAsync(
        [
            new() { ["Id"] = 1, ["Vector"] = new float[] { -4, 0 } },
            new() { ["Id"] = 2, ["Vector"] = new float[] { 1, 0 } },
            new() { ["Id"] = 3, ["Vector"] = new float[] { 0, 5 } },
        ]);
        var found = await collection.SearchAsync(new float[] { 2, 0 }, 9).ToListAsync();
        Assert.Equal([2, 3, 1], found.Select(result => result.Record["Id"]));
        double[] expected = [same, across, against];
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], found[i].Score!.Value, 1e-6);
        }

        var near = await collection.SearchAsync(new float[] { 2, 0 }, 9, new() { ScoreThreshold = threshold }).ToListAsync();
        Assert.Equal(threshold == same ? [2] : [2, 3], near.Select(result => result.Record["Id"]));
        Assert.Equal([3], (await collection.SearchAsync(new float[] { 2, 0 }, 1, new() { Skip = 1 }).ToListAsync()).Select(result => result.Record["Id"]));
        Assert.Empty(await collection.SearchAsync(new float[] { 2, 0 }, int.MaxValue, new() { Skip = 3 }).ToListAsync());
    }

    [Theory]
    [InlineData(IndexKind.Flat, 0)]
    [InlineData(IndexKind.Dynamic, 0)]
    [InlineData(IndexKind.QuantizedFlat, 71)]
    [InlineData(IndexKind.IvfFlat, 17)]
    public async Task Every_kind_of_index_finds_the_nearest_before_and_after_a_compaction(string kind, int places)
    {
        // Rounding moves a number of a row by at most half its scale, 1/254, and so its score by (|x| + |y|) / 254, at most √2/254; those of two rows by √2/127, which is what the cosine
        // of 71 places of 3,000 on a circle falls short of 1. Bytes of a partition are of what lies beside its centroid, no more than some 30 places or 0.06: so by 0.06 · √2/127, which is
        // that of 17 places.
        using var team = new WorkerTeam(2);
        using var store = new ManagedRetrievalVectorStore(new() { Workers = team, CompactAt = 0.5 });
        var collection = store.GetDynamicCollection("points", Definition(DistanceFunction.CosineSimilarity, kind));
        await collection.EnsureCollectionExistsAsync();
        for (int batch = 0; batch < 3; batch++)
        {
            await collection.UpsertAsync(Enumerable.Range(batch * 1000, 1000).Select(id => new Dictionary<string, object?> { ["Id"] = id, ["Vector"] = At(id) }));
            await CheckAsync((batch + 1) * 1000);
        }

        CollectionStorage storage = store.Find("points")!;
        Task? compaction = storage.IndexOf(storage.Schema.Vectors[0]).Compaction;
        Assert.NotNull(compaction);
        await compaction;
        await CheckAsync(3000);

        await collection.DeleteAsync(7);
        Assert.NotEqual(7, (await collection.SearchAsync(At(7), 1).SingleAsync()).Record["Id"]);

        async Task CheckAsync(int count)
        {
            for (int id = 7; id < count; id += 500)
            {
                int found = (int)(await collection.SearchAsync(At(id), 1).SingleAsync()).Record["Id"]!;
                Assert.InRange(Math.Abs(Math.IEEERemainder(found - id, 3000)), 0, places);
            }
        }

        static float[] At(int id) => [MathF.Cos(id * MathF.Tau / 3000), MathF.Sin(id * MathF.Tau / 3000)];
    }

    [Fact]
    public async Task A_search_names_its_vector_property_where_there_are_several()
    {
        var definition = Definition(null, null);
        definition.Properties.Add(new VectorStoreVectorProperty("Other", typeof(float[]), 1) { StorageName = "a" });
        var collection = new ManagedRetrievalVectorStore().GetDynamicCollection("points", definition);
        await collection.EnsureCollectionExistsAsync();
        await collection.UpsertAsync(
        [
            new() { ["Id"] = 1, ["Vector"] = new float[] { 1, 0 }, ["Other"] = new float[] { 1 } },
            new() { ["Id"] = 2, ["Vector"] = new float[] { 2, 0 } },
        ]);
        string name = "Other";
        Assert.Equal(1, (await collection.SearchAsync(new float[] { 1 }, 9, new() { VectorProperty = record => record[name] }).SingleAsync()).Record["Id"]);
        Assert.Equal(2, (await collection.SearchAsync(new float[] { 1, 0 }, 1, new() { VectorProperty = record => record["Vector"] }).SingleAsync()).Record["Id"]);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await collection.SearchAsync(new float[] { 1 }, 1).ToListAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await collection.SearchAsync(new float[] { 1 }, 1, new() { VectorProperty = record => record["Id"] }).ToListAsync());
    }

    [Fact]
    public void Distances_and_kinds_that_there_are_not_are_named()
    {
        using var store = new ManagedRetrievalVectorStore();
        Refusal.Of<NotSupportedException>(() => store.GetDynamicCollection("x", Definition(DistanceFunction.HammingDistance, null)), "HammingDistance", "DotProductSimilarity");
        Refusal.Of<NotSupportedException>(() => store.GetDynamicCollection("x", Definition(null, IndexKind.Hnsw)), "Hnsw", "QuantizedFlat");
    }

    private static async Task<VectorStoreCollection<object, Dictionary<string, object?>>> DynamicAsync(string? distance, string? kind)
    {
        var collection = new ManagedRetrievalVectorStore().GetDynamicCollection("points", Definition(distance, kind));
        await collection.EnsureCollectionExistsAsync();
        return collection;
    }

    private static VectorStoreCollectionDefinition Definition(string? distance, string? kind) => new()
    {
        Properties =
        [
            new VectorStoreKeyProperty("Id", typeof(int)),
            new VectorStoreVectorProperty("Vector", typeof(float[]), 2) { DistanceFunction = distance, IndexKind = kind },
        ],
    };
}
