using ManagedRetrieval.TestKit;
using Microsoft.Extensions.VectorData;

namespace ManagedRetrieval.Extensions.Tests;

public class CollectionTests
{
    [Fact]
    public async Task A_collection_exists_from_when_it_is_ensured_to_when_it_is_deleted()
    {
        using var store = new ManagedRetrievalVectorStore();
        using var collection = store.GetCollection<int, Item>("items");
        Assert.False(await collection.CollectionExistsAsync());
        await collection.EnsureCollectionDeletedAsync();
        await collection.EnsureCollectionExistsAsync();
        await collection.UpsertAsync(Items.With(1, 1, 0, 0));
        await collection.EnsureCollectionExistsAsync();
        await store.GetCollection<int, Item>("films").EnsureCollectionExistsAsync();
        Assert.True(await collection.CollectionExistsAsync());
        Assert.True(await store.CollectionExistsAsync("items"));
        Assert.Equal(["films", "items"], await store.ListCollectionNamesAsync().ToListAsync());
        Assert.NotNull(await collection.GetAsync(1));
        await store.EnsureCollectionDeletedAsync("films");
        await collection.EnsureCollectionDeletedAsync();
        Assert.Empty(await store.ListCollectionNamesAsync().ToListAsync());
        await collection.EnsureCollectionExistsAsync();
        Assert.Null(await collection.GetAsync(1));
    }

    [Fact]
    public async Task Every_operation_on_a_missing_collection_is_a_VectorStoreException_that_says_which()
    {
        using var collection = new ManagedRetrievalVectorStore().GetCollection<int, Item>("items");
        Func<Task>[] operations =
        [
            () => collection.GetAsync(1),
            async () => await collection.GetAsync([1]).ToListAsync(),
            async () => await collection.GetAsync(item => true, 1).ToListAsync(),
            () => collection.DeleteAsync(1),
            () => collection.DeleteAsync([1]),
            () => collection.UpsertAsync(Items.With(1, 1, 0, 0)),
            () => collection.UpsertAsync([]),
            () => Items.FindAsync(collection, [1, 0, 0], 1),
        ];
        string[] names = ["get", "get", "get", "delete", "delete", "upsert", "upsert", "search"];
        for (int i = 0; i < operations.Length; i++)
        {
            VectorStoreException failure = await Assert.ThrowsAsync<VectorStoreException>(operations[i]);
            Assert.Equal(("managed_retrieval", "items", names[i]), (failure.VectorStoreSystemName, failure.CollectionName, failure.OperationName));
            Assert.Contains("'items'", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_a_caller_does_to_a_record_before_or_after_does_not_change_what_is_stored()
    {
        float[] vector = [1, 0, 0];
        var item = new Item { Id = 1, Title = "a", Tags = ["x"], Sizes = [1], Vector = vector };
        VectorStoreCollection<int, Item> collection = await Items.CollectionAsync(item);
        (item.Title, item.Tags[0], item.Sizes[0], vector[0]) = ("b", "y", 2, 7);
        Item first = (await collection.GetAsync(1))!;
        (first.Tags![0], first.Sizes![0], first.Title) = ("z", 3, "c");
        Item second = (await collection.GetAsync(1, new() { IncludeVectors = true }))!;
        Assert.Equal(("a", "x", 1, 1f), (second.Title, second.Tags![0], second.Sizes![0], second.Vector!.Value.Span[0]));
        Assert.Equal("as it was made", second.NotStored);
        Assert.Equal(1, (await collection.SearchAsync(new float[] { 1, 0, 0 }, 1).SingleAsync()).Score);
    }

    [Fact]
    public async Task Vectors_come_back_where_they_are_asked_for_only()
    {
        VectorStoreCollection<int, Item> collection = await Items.CollectionAsync(Items.With(1, 1, 2, 3), new Item { Id = 2 });
        var with = new RecordRetrievalOptions { IncludeVectors = true };
        Assert.Null((await collection.GetAsync(1))!.Vector);
        Assert.Equal((float[])[1f, 2, 3], (await collection.GetAsync(1, with))!.Vector!.Value.ToArray());
        Assert.Null((await collection.GetAsync(2, with))!.Vector);
        Assert.Equal([true, false], (await collection.GetAsync([1, 2], with).ToListAsync()).Select(item => item.Vector is not null));
        Assert.NotNull((await collection.GetAsync(item => item.Id == 1, 1, new() { IncludeVectors = true }).SingleAsync()).Vector);
        Assert.Null((await collection.SearchAsync(new float[] { 1, 0, 0 }, 1).SingleAsync()).Record.Vector);
        Assert.NotNull((await collection.SearchAsync(new float[] { 1, 0, 0 }, 1, new() { IncludeVectors = true }).SingleAsync()).Record.Vector);
    }

    [Fact]
    public async Task Whatever_is_wrong_with_one_record_keeps_the_whole_batch_out()
    {
        VectorStoreCollection<int, Item> collection = await Items.CollectionAsync(Items.With(1, 1, 0, 0));
        Item[] wrong = [Items.With(3, 1, 0), Items.With(3, float.NaN, 0, 0)];
        string[] words = ["3 dimensions of property 'Vector', not 2", "finite"];
        for (int i = 0; i < wrong.Length; i++)
        {
            ArgumentException failure = await Assert.ThrowsAsync<ArgumentException>(() => collection.UpsertAsync([Items.With(1, 5, 5, 5), wrong[i]]));
            Assert.Contains("record 1", failure.Message, StringComparison.Ordinal);
            Assert.Contains(words[i], failure.Message, StringComparison.Ordinal);
        }

        await Assert.ThrowsAsync<ArgumentException>(() => collection.UpsertAsync([Items.With(1, 5, 5, 5), null!]));
        Assert.Equal((int[])[1], await Items.FindAsync(collection, [1, 0, 0], 9));
        Assert.Equal(1, (await collection.SearchAsync(new float[] { 1, 0, 0 }, 1).SingleAsync()).Score);
    }

    [Fact]
    public async Task A_vector_that_one_index_refuses_keeps_the_batch_out_of_the_others_too()
    {
        var collection = new ManagedRetrievalVectorStore().GetDynamicCollection("points", new()
        {
            Properties =
            [
                new VectorStoreKeyProperty("Id", typeof(int)),
                new VectorStoreVectorProperty("A", typeof(float[]), 1) { IndexKind = IndexKind.Flat },
                new VectorStoreVectorProperty("B", typeof(float[]), 1) { IndexKind = IndexKind.IvfFlat },
            ],
        });
        await collection.EnsureCollectionExistsAsync();
        await collection.UpsertAsync([Point(1, 1, 1), Point(2, 2, 2)]);
        ArgumentException failure = await Assert.ThrowsAsync<ArgumentException>(() => collection.UpsertAsync([Point(2, 9, 9), Point(-3, 5, 1e20f)]));
        Assert.Contains("'B'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("identifier -3)", failure.Message, StringComparison.Ordinal);
        foreach (string property in (string[])["A", "B"])
        {
            var found = await collection.SearchAsync(new float[] { 1 }, 9, new() { VectorProperty = record => record[property] }).ToListAsync();
            Assert.Equal([(2, 2.0), (1, 1.0)], found.Select(result => ((int)result.Record["Id"]!, result.Score!.Value)));
        }

        Assert.Null(await collection.GetAsync(-3));

        static Dictionary<string, object?> Point(int id, float a, float b) => new() { ["Id"] = id, ["A"] = new[] { a }, ["B"] = new[] { b } };
    }

    [Fact]
    public async Task A_record_that_loses_its_vector_is_found_by_key_only()
    {
        VectorStoreCollection<int, Item> collection = await Items.CollectionAsync(Items.With(1, 1, 0, 0), Items.With(2, 1, 0, 0));
        await collection.UpsertAsync([Items.With(2, 3, 0, 0), new Item { Id = 2, Title = "without" }]);
        Assert.Equal((int[])[1], await Items.FindAsync(collection, [1, 0, 0], 9));
        Assert.Equal("without", (await collection.GetAsync(2))!.Title);
        await collection.UpsertAsync(Items.With(2, 9, 0, 0));
        Assert.Equal((int[])[2, 1], await Items.FindAsync(collection, [1, 0, 0], 9));
    }

    [Fact]
    public async Task A_cancelled_operation_does_nothing()
    {
        VectorStoreCollection<int, Item> collection = await Items.CollectionAsync(Items.With(1, 1, 0, 0));
        var cancelled = new CancellationToken(canceled: true);
        Func<Task>[] operations =
        [
            () => collection.GetAsync(1, null, cancelled),
            async () => await collection.GetAsync([1], null, cancelled).ToListAsync(CancellationToken.None),
            async () => await collection.GetAsync(item => true, 1, null, cancelled).ToListAsync(CancellationToken.None),
            () => collection.DeleteAsync(1, cancelled),
            () => collection.DeleteAsync([1], cancelled),
            () => collection.UpsertAsync(Items.With(2, 1, 0, 0), cancelled),
            () => collection.CollectionExistsAsync(cancelled),
            () => collection.EnsureCollectionExistsAsync(cancelled),
            () => collection.EnsureCollectionDeletedAsync(cancelled),
            async () => await collection.SearchAsync(new float[] { 1, 0, 0 }, 1, null, cancelled).ToListAsync(CancellationToken.None),
        ];
        foreach (Func<Task> operation in operations)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(operation);
        }

        Assert.Equal((int[])[1], await Items.FindAsync(collection, [1, 0, 0], 9));
    }

    [Fact]
    public async Task Searches_see_all_of_a_batch_or_none_while_others_write()
    {
        VectorStoreCollection<int, Item> collection = await Items.CollectionAsync(Batch(0));
        using var stop = new CancellationTokenSource();
        Task[] readers = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            int searches = 0;
            while (!stop.IsCancellationRequested || searches == 0)
            {
                var found = await collection.SearchAsync(new float[] { 1, 0, 0 }, 100).ToListAsync();
                Assert.Equal(20, found.Count);
                Assert.Single(found.Select(result => result.Record.Year).Distinct());
                Assert.Single((await collection.GetAsync(item => true, 100).ToListAsync()).Select(item => item.Year).Distinct());
                searches++;
            }
        }))];
        for (int batch = 1; batch <= 300; batch++)
        {
            await collection.UpsertAsync(Batch(batch));
        }

        await stop.CancelAsync();
        await Task.WhenAll(readers);

        static Item[] Batch(int number) => [.. Enumerable.Range(0, 20).Select(id => new Item { Id = id, Year = number, Vector = (float[])[number, 1, 1] })];
    }

    [Fact]
    public async Task Services_are_given_by_type()
    {
        using var store = new ManagedRetrievalVectorStore();
        using var collection = store.GetCollection<int, Item>("items");
        Assert.Same(collection, collection.GetService(typeof(VectorStoreCollection<int, Item>)));
        Assert.Same(store, collection.GetService(typeof(VectorStore)));
        Assert.Same(store, store.GetService(typeof(ManagedRetrievalVectorStore)));
        Assert.Null(store.GetService(typeof(VectorStore), "key"));
        Assert.Null(collection.GetService(typeof(VectorStore), "key"));
        Assert.Null(collection.GetService(typeof(string)));
        Assert.Equal("managed_retrieval", ((VectorStoreMetadata)store.GetService(typeof(VectorStoreMetadata))!).VectorStoreSystemName);
        Assert.Equal("items", ((VectorStoreCollectionMetadata)collection.GetService(typeof(VectorStoreCollectionMetadata))!).CollectionName);
        Assert.Equal("items", collection.Name);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Items.FindAsync(collection, [1, 0, 0], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => collection.GetAsync(item => true, 0));
        Refusal.Of<ArgumentException>(() => store.GetCollection<int, Item>(" "), "name");
    }
}
