using System.Globalization;
using ManagedRetrieval.Cli.Models;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Features;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.Retrieval;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>A model that <c>train</c> saved, with its description.</summary>
internal sealed record SavedModel(Retriever<Entity, Entity, string> Retriever, ModelDescription Description, ulong Seed)
{
    private const string ModelAnnotation = "model", SeedAnnotation = "seed";

    /// <summary>The users that the model knows; empty where it knows none by their ids.</summary>
    public IReadOnlyList<string> UserKeys => Keys(Description.Query, Retriever.Model.QueryFeatures);

    /// <summary>The items that the model knows; empty where it knows none by their ids.</summary>
    public IReadOnlyList<string> ItemKeys => Keys(Description.Candidate, Retriever.Model.CandidateFeatures);

    /// <summary>What knows users by their ids, of each feature that does.</summary>
    public IReadOnlyList<Vocabulary<string>> UserIds => [.. QueryFeatures().Select(pair =>
        pair is (IdDescription { From: FeatureDescription.UserKey, Pattern: null }, OptionalFeature<string> { Value: IdFeature<string> ids }) ? ids.Vocabulary : null).OfType<Vocabulary<string>>()];

    /// <summary>What knows the items of histories, of each feature that reads one.</summary>
    public IReadOnlyList<Vocabulary<string>> HistoryIds => [.. QueryFeatures().Select(pair =>
        pair is (HistoryDescription, ListFeature<string> { Element: IdFeature<string> ids }) ? ids.Vocabulary : null).OfType<Vocabulary<string>>()];

    /// <summary>What is saved with a model, so that it can be read and measured again.</summary>
    public static IReadOnlyDictionary<string, string> Annotations(ModelDescription description, ulong seed) => new Dictionary<string, string>
    {
        [ModelAnnotation] = ModelFile.Write(description),
        [SeedAnnotation] = seed.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>Reads a file, or maps it, which checks its header alone; the message of what goes wrong names it.</summary>
    /// <exception cref="ToolException">There is no such file.</exception>
    /// <exception cref="SnapshotFormatException">It is damaged or foreign.</exception>
    public static async Task<SafetensorsFile> OpenAsync(string path, CancellationToken cancellationToken, bool map = false)
    {
        if (Directory.Exists(path))
        {
            throw new ToolException($"'{path}' is a folder, not a model file.");
        }

        return !File.Exists(path) ? throw new ToolException($"There is no model file '{path}'.")
            : map ? SafetensorsFile.Map(path)
            : await SafetensorsFile.LoadAsync(path, cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether the file is of a model that <c>train</c> saved.</summary>
    public static bool IsIn(SafetensorsFile file) => file.Metadata.ContainsKey(RetrieverSnapshot.AnnotationPrefix + ModelAnnotation);

    /// <exception cref="ToolException">The file holds another kind of model, or its description is damaged.</exception>
    /// <exception cref="SnapshotFormatException">The model cannot be read.</exception>
    public static SavedModel Read(SafetensorsFile file, WorkerTeam team, IComputeBackend<float>? backend = null)
    {
        if (!file.Metadata.TryGetValue(RetrieverSnapshot.AnnotationPrefix + ModelAnnotation, out string? json))
        {
            throw new ToolException($"'{file.Source}' is no model that 'train' saved.");
        }

        ModelDescription description = ModelFile.Parse(json, file.Source);
        string? seed = file.Metadata.GetValueOrDefault(RetrieverSnapshot.AnnotationPrefix + SeedAnnotation);
        return new SavedModel(
            RetrieverSnapshot.Read<Entity, Entity, string>(file, team, backend, Bindings(description.Query), Bindings(description.Candidate)),
            description,
            ulong.TryParse(seed, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number)
                ? number
                : throw new ToolException($"'{file.Source}': the seed is '{seed}', expected a whole number."));
    }

    private IEnumerable<(FeatureDescription Description, object Feature)> QueryFeatures() =>
        Description.Query.Features.Zip(Retriever.Model.QueryFeatures.Features, (description, bound) => (description, bound.Feature));

    private static IReadOnlyList<string> Keys(TowerDescription tower, FeatureSet<Entity> features) =>
        tower.Features.Zip(features.Features).FirstOrDefault(pair => pair.First is IdDescription { From: FeatureDescription.UserKey or FeatureDescription.ItemKey }).Second?.Feature
            is OptionalFeature<string> { Value: IdFeature<string> ids } ? ids.Vocabulary.Keys : [];

    private static FeatureBindings<Entity> Bindings(TowerDescription tower)
    {
        var bindings = new FeatureBindings<Entity>();
        foreach (FeatureDescription feature in tower.Features)
        {
            feature.Bind(bindings);
        }

        return bindings;
    }
}
