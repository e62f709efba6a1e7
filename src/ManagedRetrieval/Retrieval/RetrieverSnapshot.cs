using System.Text;
using System.Text.Json;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Features;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.Sampling;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Retrieval;

/// <summary>The form of a <see cref="Retriever{TQuery, TCandidate, TId}"/> in a safetensors file.</summary>
/// <remarks>
/// The metadata key <c>managed_retrieval</c> holds the description, a JSON object: <c>{"format_version":3,
/// "query":{"features":[{"name":…,"feature":…},…],"tower":…},"candidate":{…},"matryoshka":[…],"model_version":…,"index":…}</c>.
/// Parameters are tensors under their own names; the index (<see cref="IndexCodec"/>) has the names that begin with <c>index.</c>, among them
/// <c>index.sampling_probability</c> where it is kept. The caller's own texts are metadata under <c>annotation.</c> and their names. Version 2 had no versions of models.
/// </remarks>
internal static class RetrieverSnapshot
{
    public const string DescriptionKey = IndexCodec.DescriptionKey;
    public const int FormatVersion = IndexCodec.FormatVersion;

    private const int OldestVersion = 2;

    /// <summary>Before the names of the caller's own texts in the metadata.</summary>
    public const string AnnotationPrefix = "annotation.";

    private const string ProbabilityName = IndexCodec.Prefix + "sampling_probability";

    /// <exception cref="ArithmeticException">A parameter or an embedding of the index is not finite.</exception>
    /// <exception cref="InvalidOperationException">The model is another one than the index was built from.</exception>
    public static SafetensorsWriter Write<TQuery, TCandidate, TId>(Retriever<TQuery, TCandidate, TId> retriever)
        where TId : notnull
    {
        if (retriever.Index is not TopKIndex<TId> index)
        {
            throw new NotSupportedException($"An index of type {retriever.Index.GetType()} cannot be saved; only those of this library over fixed rows can.");
        }

        var writer = new SafetensorsWriter();
        using JsonDocument model = ModelCodec.Write(retriever.Model, writer);
        string version = ModelVersion.Of(model.RootElement, writer);
        if (index.ModelVersion != version)
        {
            throw new InvalidOperationException(
                $"The index is of version {index.ModelVersion} of the model, which has changed since and is {version} now; build the index anew.");
        }

        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("format_version", FormatVersion);
            foreach (JsonProperty property in model.RootElement.EnumerateObject())
            {
                property.WriteTo(json);
            }

            json.WriteString("model_version", version);
            json.WritePropertyName("index");
            IndexCodec.Write(json, index, writer, argument: null);
            json.WriteEndObject();
        }

        writer.AddMetadata(DescriptionKey, Encoding.UTF8.GetString(buffer.ToArray()));
        foreach ((string name, string text) in retriever.Annotations.OrderBy(annotation => annotation.Key, StringComparer.Ordinal))
        {
            writer.AddMetadata(AnnotationPrefix + name, text);
        }

        if (!retriever.CandidateSamplingProbability.IsEmpty)
        {
            SamplingProbability.CheckProbabilities(
                retriever.CandidateSamplingProbability.Span, nameof(retriever.CandidateSamplingProbability), nameof(retriever));
            writer.Add(ProbabilityName, retriever.CandidateSamplingProbability, [index.Count]);
        }

        return writer;
    }

    /// <exception cref="SnapshotFormatException">The file holds no such retriever; the message names what is wrong.</exception>
    public static Retriever<TQuery, TCandidate, TId> Read<TQuery, TCandidate, TId>(
        SafetensorsFile file,
        WorkerTeam? workers,
        IComputeBackend<float>? backend,
        FeatureBindings<TQuery>? queryBindings = null,
        FeatureBindings<TCandidate>? candidateBindings = null)
        where TId : notnull
    {
        if (!file.Metadata.TryGetValue(DescriptionKey, out string? description))
        {
            throw SnapshotFormatException.In(file.Source, $"holds no model of this library: metadata '{DescriptionKey}' is missing.");
        }

        return IndexCodec.Reading(
            file, description, root => Read<TQuery, TCandidate, TId>(root, file, workers, backend, queryBindings, candidateBindings));
    }

    private static Retriever<TQuery, TCandidate, TId> Read<TQuery, TCandidate, TId>(
        JsonElement json,
        SafetensorsFile file,
        WorkerTeam? workers,
        IComputeBackend<float>? backend,
        FeatureBindings<TQuery>? queryBindings,
        FeatureBindings<TCandidate>? candidateBindings)
        where TId : notnull
    {
        var properties = new DescriptionProperties(json, "The description");

        // Before anything else: another version may have other properties.
        int formatVersion = properties.GetInt("format_version", OldestVersion, FormatVersion);
        string[] names = ["format_version", .. ModelCodec.Properties, "index"];
        properties.AllowOnly(formatVersion > 2 ? [.. names, "model_version"] : names);
        TwoTowerModel<TQuery, TCandidate> model = ModelCodec.Read(properties, file, queryBindings, candidateBindings);
        TopKIndex<TId> index = IndexCodec.Read<TId>(properties.GetElement("index"), formatVersion, file, workers, backend);

        // Version 2 may say the same in other words; what it holds is what it would say now.
        string version = formatVersion == 2 ? ModelVersion.Of(model) : ModelVersion.Of(json, file);
        if (formatVersion == 2)
        {
            index.ModelVersion = version;
        }
        else if (properties.GetText("model_version") is var said && (said != version || index.ModelVersion != version))
        {
            throw new FormatException($"The index is of version {index.ModelVersion} of the model, but the file holds version {version}{(said == version ? "" : $" and says {said}")}: it is stale, and would rank wrongly.");
        }

        return new Retriever<TQuery, TCandidate, TId>(model, index, workers, version)
        {
            Annotations = file.Metadata.Where(entry => entry.Key.StartsWith(AnnotationPrefix, StringComparison.Ordinal))
                .ToDictionary(entry => entry.Key[AnnotationPrefix.Length..], entry => entry.Value, StringComparer.Ordinal),
            CandidateSamplingProbability = file.Contains(ProbabilityName) ? SnapshotTensors.Read(file, ProbabilityName, 1).Memory : default,
            Mapped = file.IsMapped ? index : null,
        };
    }
}
