using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Retrieval;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Demo.Models;

/// <summary>The model of the page: that of the quickstart, small enough for one thread of a browser.</summary>
internal static class DemoModel
{
    /// <summary>Items embedded between two breaths.</summary>
    private const int Slice = 64;

    /// <summary>Pairs in a step: few enough for some frames a second.</summary>
    private const int BatchSize = 128;

    public static RetrievalTaskOptions<float> Task { get; } = new() { Temperature = 0.07, RemoveAccidentalHits = true };

    /// <summary>A new model.</summary>
    public static TwoTowerModel<string, string> Create(ulong seed)
    {
        var feature = new TextFeature(new() { Buckets = 1 << 14, WordPairs = false, MinimumCharacterNGram = 4, MaximumCharacterNGram = 4 });
        return new(feature, feature, new() { Dimensions = 32, ShareTable = true, Combiner = BagCombiner.Mean, Linear = false, Normalize = true, Seed = seed });
    }

    public static TrainingOptions Training(ulong seed, int epochs) => new() { Epochs = epochs, BatchSize = BatchSize, Seed = seed };

    /// <summary>Embeds and indexes items as <see cref="Retriever{TQuery, TCandidate, TId}.Build"/> does, a few at a time.</summary>
    /// <param name="model">A trained model.</param>
    /// <param name="texts">What the model reads of each item.</param>
    /// <param name="names">Their names.</param>
    /// <param name="breathe">Awaited between items, for the page to stay alive.</param>
    public static async Task<Retriever<string, string, string>> IndexAsync(
        TwoTowerModel<string, string> model, IReadOnlyList<string> texts, IReadOnlyList<string> names, Func<Task> breathe)
    {
        var embeddings = new Tensor<float>(new Shape(texts.Count, model.Dimensions));
        for (int start = 0; start < texts.Count; start += Slice)
        {
            string[] slice = [.. texts.Skip(start).Take(Slice)];
            model.EmbedCandidates(slice).Span.CopyTo(embeddings.Rows(start, slice.Length).Span);
            await breathe();
        }

        return new(model, new BruteForceIndex<string>(embeddings, names));
    }
}
