using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;

namespace ManagedRetrieval.FuzzHost;

/// <summary>Every kind of index that files hold, with few enough partitions that some of 100 rows lie in each.</summary>
public static class IndexKinds
{
    /// <summary>What the kinds are called. New ones go to the end: what golden files hold goes by their number.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "brute-force", "float16", "int8-embeddings", "int8", "codes-bytes", "codes-halves", "codes-floats", "bytes", "bytes-halves", "bytes-floats", "codes-tuned",
    ];

    /// <summary>Makes an index.</summary>
    /// <param name="kind">One of <see cref="Names"/>.</param>
    /// <param name="rows">[candidates, d].</param>
    /// <param name="identifiers">One for each row.</param>
    /// <param name="similarity">What makes a score.</param>
    public static TopKIndex<TId> Make<TId>(string kind, Tensor<float> rows, TId[] identifiers, Similarity similarity)
        where TId : notnull
    {
        return kind switch
        {
            "brute-force" => new BruteForceIndex<TId>(rows, identifiers, similarity: similarity),
            "float16" => new Float16Index<TId>(rows, identifiers, similarity: similarity),
            "int8-embeddings" => new Int8Index<TId>(rows, identifiers, similarity: similarity),
            "int8" => new Int8Index<TId>(rows, identifiers, new() { KeepEmbeddings = false, Rescored = 9 }, similarity: similarity),
            "codes-bytes" => Partitioned(new() { Partitions = 3 }),
            "codes-halves" => Partitioned(new() { Partitions = 5, SubspaceDimensions = 4, Rescoring = PartitionedRescoring.HalfPrecision }),
            "codes-floats" => Partitioned(new() { Partitions = 1, SubspaceDimensions = 1, Rescoring = PartitionedRescoring.FullPrecision }),
            "bytes" => Partitioned(new() { Partitions = 3, Lists = PartitionedLists.EightBit }),
            "bytes-halves" => Partitioned(new() { Partitions = 1, Lists = PartitionedLists.EightBit, Rescoring = PartitionedRescoring.HalfPrecision }),
            "bytes-floats" => Partitioned(new() { Partitions = 9, Lists = PartitionedLists.EightBit, Rescoring = PartitionedRescoring.FullPrecision }),
            "codes-tuned" => Partitioned(new() { Partitions = 7 }).Tune(0.8, rows.Rows(0, 20), new TensorCandidates<TId>(rows, identifiers), k: 3),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "expected one of the names"),
        };

        // Few probes, so that searches also have to go on to further lists.
        PartitionedIndex<TId> Partitioned(PartitionedOptions options) =>
            PartitionedIndex<TId>.Build(rows, identifiers, options with { Probes = 2, Rescored = 12 }, similarity);
    }
}
