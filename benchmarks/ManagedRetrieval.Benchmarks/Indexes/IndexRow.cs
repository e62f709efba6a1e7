using System.Text.Json.Serialization;

namespace ManagedRetrieval.Benchmarks.Indexes;

/// <summary>One point of one index; the names are those of the JSON file.</summary>
/// <param name="Data">Which vectors.</param>
/// <param name="Index">What kind of index.</param>
/// <param name="Peer">Whose.</param>
/// <param name="Parameters">What it was built and searched with.</param>
internal sealed record IndexRow(string Data, string Index, string Peer, Parameters Parameters)
{
    /// <summary>The share of the exact best 10 that was found.</summary>
    [JsonPropertyName("recall_at_10")]
    public double RecallAt10 { get; init; }

    public double QueriesPerSecond { get; init; }

    public double BuildSeconds { get; init; }

    /// <summary>The size of the index in a file by the number of rows; the rows are counted where it needs them.</summary>
    public double BytesPerVector { get; init; }

    public int Threads { get; init; }

    /// <summary>How many queries were asked at once.</summary>
    public int Batch { get; init; }

    /// <summary>How often it was timed; the speed is the median's.</summary>
    public int Repetitions { get; init; }

    /// <summary>The most memory that the process had, where that was measured.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? PeakBytes { get; init; }

    /// <summary>Whether it is the same index, searched in the same way, whatever the batch.</summary>
    public bool IsSamePoint(IndexRow other) =>
        (Data, Index, Peer, Threads) == (other.Data, other.Index, other.Peer, other.Threads) && Parameters.ToString() == other.Parameters.ToString();
}
