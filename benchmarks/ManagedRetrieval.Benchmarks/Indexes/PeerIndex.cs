using System.Text.Json;
using ManagedRetrieval.Benchmarks.Indexes.Data;

namespace ManagedRetrieval.Benchmarks.Indexes;

/// <summary>A peer's index, in a process of its own: see <c>benchmarks/peers/peer.py</c>.</summary>
/// <param name="peer">Whose it is.</param>
/// <param name="index">What kind of index it is.</param>
internal abstract class PeerIndex(string peer, string index) : IIndexUnderTest
{
    private readonly ProcessPeer _process = new(peer);
    private VectorSet? _set;
    private int _queries;

    public string Index => index;

    public string Peer => peer;

    public virtual bool IsExact => false;

    public string? Obstacle => _process.Obstacle;

    public string? Version => _process.Version;

    public abstract IReadOnlyList<IReadOnlyList<Parameters>> Searches { get; }

    public abstract IReadOnlyList<Parameters> Builds(int rows);

    public void Take(VectorSet set)
    {
        _set = set;
        _process.Ask(new { Do = "vectors", Rows = set.File("rows.f32"), Queries = set.File("queries.f32"), Width = set.Rows.Shape.RowLength, GroundTruth.K });
    }

    public BuildFigures Build(Parameters parameters)
    {
        // The seconds of the first build stay beside the index: later runs read it in place of building it.
        string cache = Path.Combine(_set!.Folder, "cache", $"{_set.Checksum}-{peer}-{parameters.ToString().Replace(' ', '-')}");
        JsonElement answer = _process.Ask(new { Do = "build", Parameters = parameters, Cache = cache });
        return new BuildFigures(answer.GetProperty("seconds").GetDouble(), answer.GetProperty("bytes").GetInt64());
    }

    public Parameters Use(Parameters parameters, int threads, int batch, int queries)
    {
        _queries = queries;
        JsonElement answer = _process.Ask(new { Do = "use", Parameters = parameters, Threads = threads, Batch = batch, Queries = queries });
        return answer.GetProperty("chosen").Deserialize<Parameters>()!;
    }

    public double Run(int repetitions) => _process.Run(repetitions);

    public int[] Result() => _process.Result<int>(_queries * GroundTruth.K);

    public void Dispose() => _process.Dispose();

    /// <summary>Every combination of numbers, in a line for each of the first.</summary>
    protected static IReadOnlyList<IReadOnlyList<Parameters>> Grid(string first, int[] ofFirst, string second, int[] ofSecond) =>
        [.. ofFirst.Select(one => (Parameters[])[.. ofSecond.Select(two => new Parameters((first, one), (second, two)))])];
}
