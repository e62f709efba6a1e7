using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>The exact best candidates of each query by dot product, against Faiss' flat index, in a process of its own that picks its best number of threads.</summary>
internal sealed class TopKWork(int queries, int candidates, int width) : Work
{
    /// <summary>How many are found.</summary>
    private const int K = 100;

    private readonly ProcessPeer _peer = new("faiss");
    private readonly int[] _rows = new int[queries * K];

    /// <summary>What ours found, best first. Ranks of nearly equal scores may differ, so scores are compared, not rows.</summary>
    private readonly Tensor<float> _scores = new(new Shape(queries, K));

    private CpuBackend<float>? _backend;
    private Tensor<float> _queries;
    private Tensor<float> _candidates;

    public override string Name => "topk";

    public override int[] Shape => [queries, candidates, width];

    public override string? Peer => _peer.Name;

    public override string? PeerVersion => _peer.Version;

    public override double Operations => 2.0 * queries * candidates * width;

    /// <summary>Few queries take no longer than the candidates take to be read.</summary>
    public override (double Read, double Written) Traffic => queries < 8 ? ((double)candidates * width * sizeof(float), 0) : default;

    public override string? Obstacle(int threads) => _peer.Obstacle;

    public override void Prepare(WorkerTeam team)
    {
        _backend = new CpuBackend<float>(team);
        if (_queries.IsDefault)
        {
            (_queries, _candidates) = (Numbers.Uniform(queries, width, seed: 1), Numbers.Uniform(candidates, width, seed: 2));
            Send();
        }

        _peer.Ask(new { Do = "use", Threads = team.Workers });
    }

    public override void Ours() => _backend!.TopK(_queries, _candidates, K, _scores, _rows);

    public override void Peers() => TimePeers(1);

    public override double TimePeers(int repetitions) => _peer.Run(repetitions);

    public override double Disagreement() => Numbers.Difference(_scores.Span, _peer.Result<float>(_scores.Shape.Length));

    public override void Dispose()
    {
        (_queries, _candidates) = (default, default);
        _peer.Dispose();
    }

    private void Send()
    {
        using var ofQueries = new NumberFile(_queries.Span);
        using var ofCandidates = new NumberFile(_candidates.Span);
        _peer.Ask(new { Do = "topk", Queries = ofQueries.Path, Candidates = ofCandidates.Path, Width = width, K });
    }
}
