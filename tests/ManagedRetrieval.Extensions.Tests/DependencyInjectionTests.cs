using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Extensions.Embeddings;
using ManagedRetrieval.Towers;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.VectorData;

namespace ManagedRetrieval.Extensions.Tests;

public class DependencyInjectionTests
{
    [Fact]
    public async Task A_store_and_its_collections_are_one_for_all_who_ask()
    {
        using var team = new WorkerTeam(2);
        var services = new ServiceCollection();
        services.AddManagedRetrievalVectorStore(options => options.Workers = team);
        services.AddManagedRetrievalCollection<int, Item>("items");
        await using ServiceProvider provider = services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
        var store = provider.GetRequiredService<VectorStore>();
        var collection = provider.GetRequiredService<VectorStoreCollection<int, Item>>();
        Assert.Same(provider.GetRequiredService<ManagedRetrievalVectorStore>(), store);
        Assert.Same(collection, provider.GetRequiredService<IVectorSearchable<Item>>());
        await collection.EnsureCollectionExistsAsync();
        Assert.True(await store.CollectionExistsAsync("items"));
    }

    [Fact]
    public async Task Keyed_stores_are_apart()
    {
        var services = new ServiceCollection();
        services.AddManagedRetrievalVectorStore();
        services.AddKeyedManagedRetrievalVectorStore("films", options => options.CompactAt = null);
        services.AddKeyedManagedRetrievalCollection<int, Item>("films", "items");
        services.AddKeyedManagedRetrievalCollection<int, Item>("books", "items");
        await using ServiceProvider provider = services.BuildServiceProvider();
        await provider.GetRequiredKeyedService<VectorStoreCollection<int, Item>>("films").EnsureCollectionExistsAsync();
        Assert.True(await provider.GetRequiredKeyedService<VectorStore>("films").CollectionExistsAsync("items"));
        Assert.False(await provider.GetRequiredKeyedService<VectorStore>("books").CollectionExistsAsync("items"));
        Assert.False(await provider.GetRequiredService<VectorStore>().CollectionExistsAsync("items"));
        Assert.Null(provider.GetService<VectorStoreCollection<int, Item>>());
        Assert.NotNull(provider.GetRequiredKeyedService<IVectorSearchable<Item>>("books"));
    }

    [Fact]
    public async Task A_store_takes_the_container_s_embedding_generator_where_it_has_none()
    {
        TwoTowerModel<string, int> model = EmbeddingTests.Model();
        var services = new ServiceCollection();
        services.AddManagedRetrievalEmbeddingGenerator(_ => model, "dishes-1");
        services.AddManagedRetrievalVectorStore();
        services.AddKeyedManagedRetrievalVectorStore("own", options => options.EmbeddingGenerator = model.AsCandidateEmbeddingGenerator());
        await using ServiceProvider provider = services.BuildServiceProvider();
        Assert.Same(provider.GetRequiredService<IEmbeddingGenerator>(), provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>());
        var definition = new VectorStoreCollectionDefinition
        {
            Properties = [new VectorStoreKeyProperty("Id", typeof(int)), new VectorStoreVectorProperty("Number", typeof(int), 8)],
        };
        var collection = provider.GetRequiredService<VectorStore>().GetDynamicCollection("dishes", definition);
        await collection.EnsureCollectionExistsAsync();
        await collection.UpsertAsync(new Dictionary<string, object?> { ["Id"] = 1, ["Number"] = 3 });
        Assert.Equal(1, (await collection.SearchAsync("apple pie", 1).SingleAsync()).Record["Id"]);

        var own = provider.GetRequiredKeyedService<VectorStore>("own").GetDynamicCollection("dishes", definition);
        await own.EnsureCollectionExistsAsync();
        await own.UpsertAsync(new Dictionary<string, object?> { ["Id"] = 1, ["Number"] = 3 });
        await Assert.ThrowsAsync<NotSupportedException>(async () => await own.SearchAsync("apple pie", 1).ToListAsync());
        Assert.Equal(1, (await own.SearchAsync(3, 1).SingleAsync()).Record["Id"]);
    }

    [Fact]
    public async Task A_store_that_was_made_elsewhere_can_be_registered()
    {
        using var store = new ManagedRetrievalVectorStore();
        var services = new ServiceCollection();
        services.AddKeyedManagedRetrievalVectorStore(null, (_, _) => store);
        services.AddManagedRetrievalCollection<int, Item>("items");
        await using ServiceProvider provider = services.BuildServiceProvider();
        Assert.Same(store, provider.GetRequiredService<VectorStore>());
        await provider.GetRequiredService<VectorStoreCollection<int, Item>>().EnsureCollectionExistsAsync();
        Assert.True(await store.CollectionExistsAsync("items"));
    }
}
