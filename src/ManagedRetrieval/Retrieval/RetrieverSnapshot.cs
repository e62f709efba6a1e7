using System.Globalization;
using System.Text;
using System.Text.Json;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.Sampling;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Retrieval;

/// <summary>The form of a <see cref="Retriever{TQuery, TCandidate, TId}"/> in a safetensors file.</summary>
/// <remarks>
/// The metadata key <c>managed_retrieval</c> holds the description, a JSON object: <c>{"format_version":2,
/// "query":{"features":[{"name":…,"feature":…},…],"tower":…},"candidate":{…},"matryoshka":[…],"index":{"type":"brute_force","identifiers":"string|int|long"}}</c>.
/// Parameters are tensors under their own names; the index is <c>index.embeddings</c> and <c>index.identifiers</c>, and
/// <c>index.sampling_probability</c> where it is kept. The caller's own texts are metadata under <c>annotation.</c> and their names.
/// </remarks>
internal static class RetrieverSnapshot
{
    public const string DescriptionKey = "managed_retrieval";
    public const int FormatVersion = 2;

    /// <summary>Before the names of the caller's own texts in the metadata.</summary>
    public const string AnnotationPrefix = "annotation.";

    private const string EmbeddingsName = "index.embeddings";
    private const string IdentifiersName = "index.identifiers";
    private const string ProbabilityName = "index.sampling_probability";

    /// <exception cref="ArithmeticException">A parameter or an embedding of the index is not finite.</exception>
    public static SafetensorsWriter Write<TQuery, TCandidate, TId>(Retriever<TQuery, TCandidate, TId> retriever)
        where TId : notnull
    {
        var writer = new SafetensorsWriter();
        var store = new SnapshotStore(writer);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("format_version", FormatVersion);
            WriteSide(json, "query", retriever.Model.QueryFeatures, retriever.Model.QueryTower, store);
            WriteSide(json, "candidate", retriever.Model.CandidateFeatures, retriever.Model.CandidateTower, store);
            json.WriteStartArray("matryoshka");
            foreach (int dimensions in retriever.Model.MatryoshkaDimensions)
            {
                json.WriteNumberValue(dimensions);
            }

            json.WriteEndArray();
            json.WriteStartObject("index");
            json.WriteString("type", "brute_force");
            json.WriteString("identifiers", AddIdentifiers(store, retriever.Index.Identifiers));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        writer.AddMetadata(DescriptionKey, Encoding.UTF8.GetString(buffer.ToArray()));
        foreach ((string name, string text) in retriever.Annotations.OrderBy(annotation => annotation.Key, StringComparer.Ordinal))
        {
            writer.AddMetadata(AnnotationPrefix + name, text);
        }

        foreach (Parameter<float> parameter in retriever.Model.Parameters)
        {
            if (parameter.Name is EmbeddingsName or ProbabilityName)
            {
                throw new ArgumentException($"The parameter name '{parameter.Name}' is taken by the index.", nameof(retriever));
            }

            SnapshotTensors.Add(writer, parameter.Name, parameter.Value);
        }

        SnapshotTensors.Add(writer, EmbeddingsName, retriever.Index.Embeddings);
        if (!retriever.CandidateSamplingProbability.IsEmpty)
        {
            SamplingProbability.CheckProbabilities(
                retriever.CandidateSamplingProbability.Span, nameof(retriever.CandidateSamplingProbability), nameof(retriever));
            writer.Add(ProbabilityName, retriever.CandidateSamplingProbability, [retriever.Index.Count]);
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

        try
        {
            using var document = JsonDocument.Parse(description);
            return Read<TQuery, TCandidate, TId>(document.RootElement, file, workers, backend, queryBindings, candidateBindings);
        }
        catch (Exception failure) when (failure is FormatException or JsonException or ArgumentException)
        {
            // A JSON reader quotes all that it takes for one literal, which may be the rest of the description.
            string message = failure switch
            {
                JsonException => $"metadata '{DescriptionKey}': {SnapshotFormatException.Shorten(failure.Message)}",
                ArgumentException refused => DescriptionProperties.MessageOf(refused),
                _ => failure.Message,
            };
            throw new SnapshotFormatException($"'{file.Source}': {message}", failure);
        }
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
        properties.GetInt("format_version", FormatVersion, FormatVersion);
        properties.AllowOnly("format_version", "query", "candidate", "matryoshka", "index");
        var store = new SnapshotStore(file);
        var parameters = new ParameterReader(file);
        (FeatureSet<TQuery> queryFeatures, Tower<float> queryTower) = ReadSide(properties, "query", store, parameters, queryBindings);
        (FeatureSet<TCandidate> candidateFeatures, Tower<float> candidateTower) = ReadSide(properties, "candidate", store, parameters, candidateBindings);
        var model = new TwoTowerModel<TQuery, TCandidate>(
            queryFeatures, queryTower, candidateFeatures, candidateTower, properties.GetInts("matryoshka", 1, queryTower.Dimensions - 1));
        var index = new DescriptionProperties(properties.GetElement("index"), "Index");
        index.AllowOnly("type", "identifiers");
        index.GetString("type", "brute_force");
        IReadOnlyList<TId> identifiers = GetIdentifiers<TId>(store, index.GetString("identifiers", "string", "int", "long"));
        Tensor<float> embeddings = SnapshotTensors.Read(file, EmbeddingsName, 2);
        return new Retriever<TQuery, TCandidate, TId>(model, new BruteForceIndex<TId>(embeddings, identifiers, workers, backend), workers)
        {
            Annotations = file.Metadata.Where(entry => entry.Key.StartsWith(AnnotationPrefix, StringComparison.Ordinal))
                .ToDictionary(entry => entry.Key[AnnotationPrefix.Length..], entry => entry.Value, StringComparer.Ordinal),
            CandidateSamplingProbability = file.Contains(ProbabilityName) ? SnapshotTensors.Read(file, ProbabilityName, 1).Memory : default,
        };
    }

    private static void WriteSide<TInput>(Utf8JsonWriter json, string side, FeatureSet<TInput> features, Tower<float> tower, SnapshotStore store)
    {
        json.WriteStartObject(side);
        json.WriteStartArray("features");
        foreach (BoundFeature<TInput> feature in features.Features)
        {
            json.WriteStartObject();
            json.WriteString("name", feature.Name);
            json.WritePropertyName("feature");
            FeatureCodec.Write(json, feature.Feature, StoreName(side, feature.Name), store);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WritePropertyName("tower");
        TowerCodec.Write(json, tower);
        json.WriteEndObject();
    }

    private static (FeatureSet<TInput> Features, Tower<float> Tower) ReadSide<TInput>(
        DescriptionProperties properties, string side, SnapshotStore store, ParameterReader parameters, FeatureBindings<TInput>? bindings)
    {
        var sideProperties = new DescriptionProperties(properties.GetElement(side), $"Side '{side}'");
        sideProperties.AllowOnly("features", "tower");
        var features = new List<(string Name, object Feature)>();
        foreach (JsonElement json in sideProperties.GetArray("features"))
        {
            var feature = new DescriptionProperties(json, $"Side '{side}', feature {features.Count}");
            feature.AllowOnly("name", "feature");
            string name = feature.GetText("name");
            features.Add((name, FeatureCodec.Read(feature.GetElement("feature"), StoreName(side, name), store)));
        }

        return (FeatureBindings<TInput>.Attach(bindings, features, side), TowerCodec.Read(sideProperties.GetElement("tower"), side, parameters));
    }

    /// <summary>Under what a feature's lists are kept: a feature may bear the same name on both sides.</summary>
    private static string StoreName(string side, string feature) => $"{side}.{feature}";

    private static string AddIdentifiers<TId>(SnapshotStore store, IReadOnlyList<TId> identifiers)
        where TId : notnull
    {
        switch (identifiers)
        {
            case IReadOnlyList<string> strings:
                store.AddStrings(IdentifiersName, strings);
                return "string";
            case IReadOnlyList<int> ints when typeof(TId) == typeof(int):
                store.AddIntegers(IdentifiersName, ints.Select(id => (long)id).ToArray());
                return "int";
            case IReadOnlyList<long> longs when typeof(TId) == typeof(long):
                store.AddIntegers(IdentifiersName, longs.ToArray());
                return "long";
            default:
                throw new NotSupportedException($"Identifiers of type {typeof(TId)} cannot be saved; only string, int and long can.");
        }
    }

    private static IReadOnlyList<TId> GetIdentifiers<TId>(SnapshotStore store, string type)
        where TId : notnull
    {
        string asked = typeof(TId) == typeof(string) ? "string" : typeof(TId) == typeof(int) ? "int" : typeof(TId) == typeof(long) ? "long" : typeof(TId).ToString();
        if (type != asked)
        {
            throw new FormatException($"Index: identifiers are of type {type}, asked for {asked}.");
        }

        return type switch
        {
            "string" => (IReadOnlyList<TId>)store.GetStrings(IdentifiersName),
            "long" => (IReadOnlyList<TId>)(object)store.GetIntegers(IdentifiersName),
            _ => (IReadOnlyList<TId>)(object)Narrow(store.GetIntegers(IdentifiersName)),
        };
    }

    private static int[] Narrow(long[] identifiers)
    {
        int[] narrow = new int[identifiers.Length];
        for (int i = 0; i < narrow.Length; i++)
        {
            narrow[i] = identifiers[i] is >= int.MinValue and <= int.MaxValue
                ? (int)identifiers[i]
                : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"Index: identifier {i} is {identifiers[i]}, which is no int."));
        }

        return narrow;
    }
}
