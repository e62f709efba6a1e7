using System.Text.Json;
using System.Text.Json.Serialization;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>What <c>bench</c> measured.</summary>
internal sealed class BenchResults
{
    /// <summary>The model's file.</summary>
    public required string Model { get; set; }

    public required string? ModelVersion { get; set; }

    public required string Index { get; set; }

    public required int Candidates { get; set; }

    public required int Dimensions { get; set; }

    public required double BytesPerVector { get; set; }

    public required int K { get; set; }

    public required int Queries { get; set; }

    public required string QueriesAre { get; set; }

    /// <summary>Threads that share a search.</summary>
    public required int Workers { get; set; }

    /// <summary>Queries of a batch.</summary>
    public required int Batch { get; set; }

    public required IReadOnlyList<BenchRow> Rows { get; set; }

    /// <summary>Writes the figures; the file is whole or as it was.</summary>
    public Task WriteAsync(string path, CancellationToken cancellationToken) => AtomicFile.WriteAsync(
        path,
        async (stream, token) =>
        {
            await JsonSerializer.SerializeAsync(stream, this, BenchJson.Default.BenchResults, token).ConfigureAwait(false);
            stream.WriteByte((byte)'\n');
        },
        cancellationToken);
}

/// <summary>The serializer of figures, made at compile time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(BenchResults))]
internal sealed partial class BenchJson : JsonSerializerContext;
