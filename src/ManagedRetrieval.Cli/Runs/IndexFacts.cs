using System.Globalization;
using System.Text.Json;
using ManagedRetrieval.Cli.Output;
using ManagedRetrieval.Features;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>What is to be known of the index in a file, without reading its rows.</summary>
/// <param name="Facts">Names and values, for people.</param>
internal sealed record IndexFacts(IReadOnlyList<(string Name, string Value)> Facts)
{
    private const int OldestVersion = 2;

    private const string Identifiers = IndexCodec.Prefix + "identifiers", Probability = IndexCodec.Prefix + "sampling_probability", Floats = IndexCodec.Prefix + "embeddings";

    /// <summary>Null where the file holds no index, as a checkpoint does not.</summary>
    /// <exception cref="SnapshotFormatException">Header and description do not fit each other.</exception>
    public static IndexFacts? Of(SafetensorsFile file) => !file.Metadata.TryGetValue(IndexCodec.DescriptionKey, out string? description) ? null
        : IndexCodec.Reading(file, description, root =>
        {
            var properties = new DescriptionProperties(root, "The description");
            int version = properties.GetInt("format_version", OldestVersion, IndexCodec.FormatVersion);
            JsonElement index = properties.GetElement("index");
            return new IndexFacts(new DescriptionProperties(index, "Index").GetString("identifiers", "string", "int", "long") switch
            {
                "int" => List(IndexCodec.Read<int>(index, version, file, null, null), file),
                "long" => List(IndexCodec.Read<long>(index, version, file, null, null), file),
                _ => List(IndexCodec.Read<string>(index, version, file, null, null), file),
            });
        });

    /// <summary>A table of them, and of what else is known.</summary>
    public void Show(Terminal terminal, params ReadOnlySpan<(string Name, string Value)> more)
    {
        terminal.Heading("Index");
        terminal.Table(
            [new Column("property", IsText: true), new Column("value", IsText: true)],
            [.. ((IEnumerable<(string Name, string Value)>)[.. Facts, .. more]).Select(fact => (IReadOnlyList<string>)[fact.Name, fact.Value])]);
    }

    /// <summary>The kind of index, for people.</summary>
    public static string KindOf<TId>(TopKIndex<TId> index, SafetensorsFile file)
        where TId : notnull => index switch
        {
            PartitionedIndex<TId> partitioned => $"partitioned, lists of {(partitioned.Lists == PartitionedLists.FourBit ? "4-bit codes" : "bytes")}",
            Int8Index<TId> => file.Contains(Floats) ? "int8, scored again by float rows" : "int8",
            Float16Index<TId> => "float16",
            _ => "brute force, float rows",
        };

    /// <summary>What a candidate takes in the file, but for its id.</summary>
    public static double BytesOfVector(int count, SafetensorsFile file) => file.Tensors
        .Where(tensor => tensor.Name.StartsWith(IndexCodec.Prefix, StringComparison.Ordinal) && !tensor.Name.StartsWith(Identifiers, StringComparison.Ordinal) && tensor.Name != Probability)
        .Sum(tensor => tensor.ByteLength) / (double)count;

    private static List<(string, string)> List<TId>(TopKIndex<TId> index, SafetensorsFile file)
        where TId : notnull
    {
        List<(string, string)> facts =
        [
            ("kind", KindOf(index, file)),
            ("answers", index.IsExact ? "exact" : "approximate"),
            ("candidates", Count(index.Count)),
            ("dimensions", Count(index.Dimensions)),
            ("similarity", index.Similarity == Similarity.Cosine ? "cosine" : "dot product"),
            ("bytes a vector", string.Create(CultureInfo.InvariantCulture, $"{BytesOfVector(index.Count, file):f1}, without ids")),
            ("model version", index.ModelVersion ?? "none"),
        ];
        if (index is PartitionedIndex<TId> partitioned)
        {
            facts.Add(("search", $"scans {Count(partitioned.Probes)} of {Counted.Of(partitioned.Partitions, "partition")}, scores {Counted.Of(partitioned.Rescored, "row")}"));
            facts.Add(("tuned", partitioned.Measured is { } measured
                ? string.Create(CultureInfo.InvariantCulture, $"recall {measured.Recall:f4} at {measured.K}, with {Counted.Of(measured.Queries, "query", "queries")}")
                : "no"));
        }

        return facts;
    }

    private static string Count(int number) => number.ToString("n0", CultureInfo.InvariantCulture);
}
