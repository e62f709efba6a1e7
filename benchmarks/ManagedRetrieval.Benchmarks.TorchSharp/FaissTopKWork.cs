using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>The best candidates against Faiss' flat index, in a process of its own that picks its best number of threads.</summary>
internal sealed class FaissTopKWork(int queries, int candidates, int width) : TopKWork(queries, candidates, width)
{
    private readonly ProcessPeer _peer = new("faiss");

    public override string? Peer => _peer.Name;

    public override string? PeerVersion => _peer.Version;

    public override string? Obstacle(int threads) => _peer.Obstacle;

    public override void Prepare(WorkerTeam team)
    {
        bool isNew = Queries.IsDefault;
        base.Prepare(team);
        if (isNew)
        {
            Send();
        }

        _peer.Ask(new { Do = "use", Threads = team.Workers });
    }

    public override void Peers() => TimePeers(1);

    public override double TimePeers(int repetitions) => _peer.Run(repetitions);

    public override double Disagreement() => Numbers.Difference(Scores.Span, _peer.Result(Scores.Shape.Length));

    public override void Dispose()
    {
        base.Dispose();
        _peer.Dispose();
    }

    private void Send()
    {
        using var ofQueries = new NumberFile(Queries.Span);
        using var ofCandidates = new NumberFile(Candidates.Span);
        _peer.Ask(new { Do = "topk", Queries = ofQueries.Path, Candidates = ofCandidates.Path, Width = Queries.Shape.RowLength, K });
    }
}
