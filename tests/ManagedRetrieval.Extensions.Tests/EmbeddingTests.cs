using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Extensions.Embeddings;
using ManagedRetrieval.Features;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Towers;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;

namespace ManagedRetrieval.Extensions.Tests;

public class EmbeddingTests
{
    [Fact]
    public async Task Embeddings_have_the_bits_of_the_towers()
    {
        TwoTowerModel<string, int> model = Model();
        using TowerEmbeddingGenerator<string> queries = model.AsQueryEmbeddingGenerator("dishes-1");
        using TowerEmbeddingGenerator<int> candidates = model.AsCandidateEmbeddingGenerator();
        string[] texts = ["apple pie", "", "stew of beef"];
        GeneratedEmbeddings<Embedding<float>> generated = await queries.GenerateAsync(texts);
        Tensor<float> expected = model.EmbedQueries(texts);
        for (int i = 0; i < texts.Length; i++)
        {
            Assert.Equal(expected.Row(i).ToArray(), generated[i].Vector.ToArray());
            Assert.Equal("dishes-1", generated[i].ModelId);
        }

        Assert.Equal(model.EmbedCandidates([3]).Row(0).ToArray(), (await candidates.GenerateVectorAsync(3)).ToArray());
        Assert.Empty(await queries.GenerateAsync([]));
    }

    [Fact]
    public async Task Fewer_dimensions_are_the_leading_ones()
    {
        TwoTowerModel<string, int> model = Model();
        using TowerEmbeddingGenerator<string> queries = model.AsQueryEmbeddingGenerator();
        ReadOnlyMemory<float> vector = await queries.GenerateVectorAsync("apple pie", new() { Dimensions = 3 });
        Assert.Equal(model.Truncate(model.EmbedQueries(["apple pie"]), 3).Row(0).ToArray(), vector.ToArray());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => queries.GenerateAsync(["a"], new() { Dimensions = 9 }));
        ArgumentException failure = await Assert.ThrowsAsync<ArgumentException>(() => queries.GenerateAsync(["a"], new() { ModelId = "another" }));
        Assert.Contains("another", failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queries.GenerateAsync(["a"], null, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Services_are_metadata_the_model_and_both_towers()
    {
        TwoTowerModel<string, int> model = Model();
        using TowerEmbeddingGenerator<string> queries = model.AsQueryEmbeddingGenerator("dishes-1");
        var metadata = (EmbeddingGeneratorMetadata)queries.GetService(typeof(EmbeddingGeneratorMetadata))!;
        Assert.Equal(("managed_retrieval", "dishes-1", 8), (metadata.ProviderName, metadata.DefaultModelId, metadata.DefaultModelDimensions));
        Assert.Same(model, queries.GetService(typeof(TwoTowerModel)));
        Assert.Same(queries, queries.GetService(typeof(IEmbeddingGenerator<string, Embedding<float>>)));
        var candidates = (IEmbeddingGenerator<int, Embedding<float>>)queries.GetService(typeof(IEmbeddingGenerator<int, Embedding<float>>), ModelTower.Candidate)!;
        Assert.Same(queries, candidates.GetService(typeof(IEmbeddingGenerator), ModelTower.Query));
        Assert.Same(candidates, candidates.GetService(typeof(IEmbeddingGenerator), ModelTower.Candidate));
        Assert.Null(queries.GetService(typeof(IEmbeddingGenerator<int, Embedding<float>>)));
        Assert.Null(queries.GetService(typeof(IEmbeddingGenerator), "key"));
    }

    [Fact]
    public async Task A_store_embeds_what_it_keeps_by_the_candidate_tower_and_what_it_looks_for_by_the_query_tower()
    {
        TwoTowerModel<string, int> model = Model();
        using var store = new ManagedRetrievalVectorStore(new() { EmbeddingGenerator = model.AsQueryEmbeddingGenerator() });
        var collection = store.GetCollection<string, Dish>("dishes");
        await collection.EnsureCollectionExistsAsync();
        await collection.UpsertAsync(Enumerable.Range(0, 5).Select(number => new Dish { Name = $"dish {number}", Number = number }));
        Tensor<float> query = model.EmbedQueries(["apple pie"]), rows = model.EmbedCandidates([0, 1, 2, 3, 4]);
        ScoredCandidate<int>[] expected = new BruteForceIndex<int>(rows, [0, 1, 2, 3, 4]).Search(query, 9)[0];
        var found = await collection.SearchAsync("apple pie", 9).ToListAsync();
        Assert.Equal(expected.Select(candidate => ($"dish {candidate.Identifier}", (double?)candidate.Score)), found.Select(result => (result.Record.Name, result.Score)));
        Assert.Null(found[0].Record.Number);
        await Assert.ThrowsAsync<NotSupportedException>(() => collection.GetAsync("dish 1", new() { IncludeVectors = true }));
        await Assert.ThrowsAsync<NotSupportedException>(async () => await collection.SearchAsync("a", 1, new() { IncludeVectors = true }).ToListAsync());
        NotSupportedException failure = await Assert.ThrowsAsync<NotSupportedException>(async () => await collection.SearchAsync(1.5, 1).ToListAsync());
        Assert.Contains("Double", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrapper_of_the_candidate_tower_is_asked_for_what_is_stored_and_one_of_the_query_tower_for_what_is_searched()
    {
        TwoTowerModel<string, int> model = Model();
        using var candidates = new Counting<int>(model.AsCandidateEmbeddingGenerator());
        await StoreAsync(candidates);
        Assert.Equal(2, candidates.Inputs);

        using var queries = new Counting<string>(model.AsQueryEmbeddingGenerator());
        await (await StoreAsync(queries)).SearchAsync("apple pie", 1).SingleAsync();
        Assert.Equal((1, 2), (queries.Inputs, candidates.Inputs));

        // Unless the wrapper gives another candidate tower than that of what it wraps.
        using var both = new Counting<string>(model.AsQueryEmbeddingGenerator()) { Candidates = candidates };
        await (await StoreAsync(both)).SearchAsync("apple pie", 1).SingleAsync();
        Assert.Equal((1, 4), (both.Inputs, candidates.Inputs));

        static async Task<VectorStoreCollection<string, Dish>> StoreAsync(IEmbeddingGenerator generator)
        {
            var collection = new ManagedRetrievalVectorStore(new() { EmbeddingGenerator = generator }).GetCollection<string, Dish>("dishes");
            await collection.EnsureCollectionExistsAsync();
            await collection.UpsertAsync([new Dish { Name = "pie", Number = 1 }, new Dish { Name = "stew", Number = 2 }]);
            return collection;
        }
    }

    [Fact]
    public async Task Any_generator_of_texts_embeds_a_batch_at_once_and_leaves_out_what_is_null()
    {
        using var generator = new Lengths();
        var definition = new VectorStoreCollectionDefinition
        {
            EmbeddingGenerator = generator,
            Properties = [new VectorStoreKeyProperty("Id", typeof(int)), new VectorStoreVectorProperty("Text", typeof(string), 2)],
        };
        using var store = new ManagedRetrievalVectorStore();
        var collection = store.GetDynamicCollection("texts", definition);
        await collection.EnsureCollectionExistsAsync();
        await collection.UpsertAsync([new() { ["Id"] = 1, ["Text"] = "ab" }, new() { ["Id"] = 2 }, new() { ["Id"] = 3, ["Text"] = "abcd" }]);
        Assert.Equal([2], generator.Batches);
        Assert.Equal([3, 1], (await collection.SearchAsync("abc", 9).ToListAsync()).Select(found => found.Record["Id"]));
        Assert.Equal([2, 1], generator.Batches);
        Assert.NotNull(await collection.GetAsync(2));

        // A vector property of vectors is searched by texts as well.
        definition.Properties[1] = new VectorStoreVectorProperty("Text", typeof(float[]), 2);
        var vectors = store.GetDynamicCollection("texts", definition);
        Assert.Equal(3, (await vectors.SearchAsync("abc", 1).SingleAsync()).Record["Id"]);
        Assert.Equal((float[])[4, 1], Assert.IsType<float[]>((await vectors.GetAsync(3, new() { IncludeVectors = true }))!["Text"]));
    }

    [Fact]
    public async Task A_failing_or_cancelled_generator_keeps_the_batch_out()
    {
        using var generator = new Lengths { Failure = new InvalidOperationException("out of order") };
        var definition = new VectorStoreCollectionDefinition
        {
            EmbeddingGenerator = generator,
            Properties = [new VectorStoreKeyProperty("Id", typeof(int)), new VectorStoreVectorProperty("Text", typeof(string), 2)],
        };
        var collection = new ManagedRetrievalVectorStore().GetDynamicCollection("texts", definition);
        await collection.EnsureCollectionExistsAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => collection.UpsertAsync(new Dictionary<string, object?> { ["Id"] = 1, ["Text"] = "ab" }));
        generator.Failure = new OperationCanceledException();
        await Assert.ThrowsAsync<OperationCanceledException>(() => collection.UpsertAsync(new Dictionary<string, object?> { ["Id"] = 1, ["Text"] = "ab" }));
        Assert.Null(await collection.GetAsync(1));
    }

    [Fact]
    public void A_generator_that_does_not_take_the_property_s_type_is_named()
    {
        using TowerEmbeddingGenerator<string> generator = Model().AsQueryEmbeddingGenerator();
        var definition = new VectorStoreCollectionDefinition
        {
            Properties = [new VectorStoreKeyProperty("Id", typeof(int)), new VectorStoreVectorProperty("Text", typeof(string), 8) { EmbeddingGenerator = generator }],
        };
        Refusal.Of<NotSupportedException>(() => new ManagedRetrievalVectorStore().GetDynamicCollection("x", definition), "'Text'", "TowerEmbeddingGenerator");
    }

    internal static TwoTowerModel<string, int> Model() => new(
        new TextFeature(new() { Buckets = 64 }), new IdFeature<int>(Vocabulary.Fit([0, 1, 2, 3, 4], outOfVocabularyBuckets: 1)), new() { Dimensions = 8, Seed = 3, Linear = true });

    private sealed class Dish
    {
        [VectorStoreKey]
        public string Name { get; set; } = "";

        [VectorStoreVector(8)]
        public int? Number { get; set; }
    }

    /// <summary>Counts what goes through it.</summary>
    private sealed class Counting<TInput>(IEmbeddingGenerator<TInput, Embedding<float>> inner) : DelegatingEmbeddingGenerator<TInput, Embedding<float>>(inner)
    {
        public int Inputs { get; private set; }

        public IEmbeddingGenerator? Candidates { get; init; }

        public override Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<TInput> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
        {
            Inputs += values.Count();
            return base.GenerateAsync(values, options, cancellationToken);
        }

        public override object? GetService(Type serviceType, object? serviceKey = null) =>
            Candidates is not null && serviceKey is ModelTower.Candidate ? Candidates : base.GetService(serviceType, serviceKey);
    }

    /// <summary>Embeds a text as its length.</summary>
    private sealed class Lengths : IEmbeddingGenerator<string, Embedding<float>>
    {
        public List<int> Batches { get; } = [];

        public Exception? Failure { get; set; }

        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
        {
            if (Failure is not null)
            {
                throw Failure;
            }

            string[] texts = [.. values];
            Batches.Add(texts.Length);
            return Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(texts.Select(text => new Embedding<float>(new float[] { text.Length, 1 }))));
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

        public void Dispose()
        {
        }
    }
}
