using System.Diagnostics.CodeAnalysis;
using ManagedRetrieval.Extensions;
using ManagedRetrieval.Extensions.Embeddings;
using ManagedRetrieval.Towers;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.VectorData;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers vector stores, collections and embedding generators of ManagedRetrieval.</summary>
public static class ManagedRetrievalServiceCollectionExtensions
{
    private const string Reflects = "Reads the properties of the record's type. A dynamic collection does without: get it from the store.";

    /// <summary>Registers a <see cref="ManagedRetrievalVectorStore"/>, also as <see cref="VectorStore"/>, as a singleton.</summary>
    /// <param name="services">Where.</param>
    /// <param name="configure">Sets options; null for the defaults. Without an embedding generator among them, the container's is used, where there is one.</param>
    public static IServiceCollection AddManagedRetrievalVectorStore(this IServiceCollection services, Action<ManagedRetrievalVectorStoreOptions>? configure = null) =>
        AddKeyedManagedRetrievalVectorStore(services, null, configure);

    /// <summary>Registers a <see cref="ManagedRetrievalVectorStore"/>, also as <see cref="VectorStore"/>, under a key as a singleton.</summary>
    /// <param name="services">Where.</param>
    /// <param name="serviceKey">Names the store, and by its text its options; null for none.</param>
    /// <param name="configure">Sets options; null for the defaults. Without an embedding generator among them, the container's of the same key is used, or else the one without a key.</param>
    public static IServiceCollection AddKeyedManagedRetrievalVectorStore(
        this IServiceCollection services, object? serviceKey, Action<ManagedRetrievalVectorStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        string name = OptionsName(serviceKey);
        services.AddOptions<ManagedRetrievalVectorStoreOptions>(name);
        if (configure is not null)
        {
            services.Configure(name, configure);
        }

        return AddKeyedManagedRetrievalVectorStore(services, serviceKey, (provider, key) =>
        {
            ManagedRetrievalVectorStoreOptions options = provider.GetRequiredService<IOptionsMonitor<ManagedRetrievalVectorStoreOptions>>().Get(OptionsName(key));
            return new ManagedRetrievalVectorStore(new ManagedRetrievalVectorStoreOptions
            {
                EmbeddingGenerator = options.EmbeddingGenerator ?? provider.GetKeyedService<IEmbeddingGenerator>(key) ?? provider.GetService<IEmbeddingGenerator>(),
                Workers = options.Workers,
                CompactAt = options.CompactAt,
            });
        });
    }

    /// <summary>Registers a store that is made elsewhere, such as one that was loaded.</summary>
    /// <param name="services">Where.</param>
    /// <param name="serviceKey">Names the store; null for none.</param>
    /// <param name="make">Makes the store, of the container and the key.</param>
    public static IServiceCollection AddKeyedManagedRetrievalVectorStore(
        this IServiceCollection services, object? serviceKey, Func<IServiceProvider, object?, ManagedRetrievalVectorStore> make)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(make);
        services.Add(new ServiceDescriptor(typeof(ManagedRetrievalVectorStore), serviceKey, (provider, key) => make(provider, key), ServiceLifetime.Singleton));
        services.Add(new ServiceDescriptor(typeof(VectorStore), serviceKey, (provider, key) => Keyed<ManagedRetrievalVectorStore>(provider, key), ServiceLifetime.Singleton));
        return services;
    }

    /// <summary>Registers a collection of the registered <see cref="ManagedRetrievalVectorStore"/>, which is registered with its defaults where there is none, also as <see cref="IVectorSearchable{TRecord}"/>.</summary>
    /// <param name="services">Where.</param>
    /// <param name="name">The collection's name. It is not created: <see cref="VectorStoreCollection{TKey, TRecord}.EnsureCollectionExistsAsync"/> does that.</param>
    /// <param name="definition">The record's properties; null for its attributes.</param>
    [RequiresUnreferencedCode(Reflects)]
    [RequiresDynamicCode(Reflects)]
    public static IServiceCollection AddManagedRetrievalCollection<TKey, TRecord>(
        this IServiceCollection services, string name, VectorStoreCollectionDefinition? definition = null)
        where TKey : notnull
        where TRecord : class =>
        AddKeyedManagedRetrievalCollection<TKey, TRecord>(services, null, name, definition);

    /// <summary>Registers a collection of the <see cref="ManagedRetrievalVectorStore"/> that is registered under a key, under the same key.</summary>
    /// <param name="services">Where.</param>
    /// <param name="serviceKey">Names store and collection; null for none.</param>
    /// <param name="name">The collection's name. It is not created: <see cref="VectorStoreCollection{TKey, TRecord}.EnsureCollectionExistsAsync"/> does that.</param>
    /// <param name="definition">The record's properties; null for its attributes.</param>
    [RequiresUnreferencedCode(Reflects)]
    [RequiresDynamicCode(Reflects)]
    public static IServiceCollection AddKeyedManagedRetrievalCollection<TKey, TRecord>(
        this IServiceCollection services, object? serviceKey, string name, VectorStoreCollectionDefinition? definition = null)
        where TKey : notnull
        where TRecord : class
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (!services.Any(service => service.ServiceType == typeof(ManagedRetrievalVectorStore) && Equals(service.ServiceKey, serviceKey)))
        {
            services.AddKeyedManagedRetrievalVectorStore(serviceKey);
        }

        services.Add(new ServiceDescriptor(
            typeof(VectorStoreCollection<TKey, TRecord>), serviceKey,
            (provider, key) => Keyed<ManagedRetrievalVectorStore>(provider, key).GetCollection<TKey, TRecord>(name, definition), ServiceLifetime.Singleton));
        services.Add(new ServiceDescriptor(
            typeof(IVectorSearchable<TRecord>), serviceKey, (provider, key) => Keyed<VectorStoreCollection<TKey, TRecord>>(provider, key), ServiceLifetime.Singleton));
        return services;
    }

    /// <summary>Registers the query tower of a model as <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/> and <see cref="IEmbeddingGenerator"/>; stores embed what they keep by its candidate tower.</summary>
    /// <param name="services">Where.</param>
    /// <param name="model">Gives the model.</param>
    /// <param name="modelId">What metadata and embeddings call it; null for nothing.</param>
    /// <param name="serviceKey">Names the generator; null for none.</param>
    public static IServiceCollection AddManagedRetrievalEmbeddingGenerator<TQuery, TCandidate>(
        this IServiceCollection services, Func<IServiceProvider, TwoTowerModel<TQuery, TCandidate>> model, string? modelId = null, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(model);
        services.Add(new ServiceDescriptor(
            typeof(IEmbeddingGenerator<TQuery, Embedding<float>>), serviceKey, (provider, _) => model(provider).AsQueryEmbeddingGenerator(modelId), ServiceLifetime.Singleton));
        services.Add(new ServiceDescriptor(
            typeof(IEmbeddingGenerator), serviceKey, (provider, key) => Keyed<IEmbeddingGenerator<TQuery, Embedding<float>>>(provider, key), ServiceLifetime.Singleton));
        return services;
    }

    private static string OptionsName(object? serviceKey) => serviceKey?.ToString() ?? Options.Options.DefaultName;

    private static TService Keyed<TService>(IServiceProvider provider, object? key)
        where TService : notnull =>
        key is null ? provider.GetRequiredService<TService>() : provider.GetRequiredKeyedService<TService>(key);
}
