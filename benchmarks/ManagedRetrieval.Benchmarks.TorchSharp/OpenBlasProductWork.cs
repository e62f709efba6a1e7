using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>A matrix product against OpenBLAS', in a process of its own.</summary>
internal sealed class OpenBlasProductWork(int m, int n, int k, bool transposeB) : MatrixProductWork(m, n, k, false, transposeB)
{
    private readonly ProcessPeer _peer = new("openblas");
    private readonly (int M, int N, int K, bool TransposeB) _shape = (m, n, k, transposeB);

    public override string? Peer => _peer.Name;

    public override string? PeerVersion => _peer.Version;

    public override string? Obstacle(int threads) => _peer.Obstacle;

    public override void Prepare(WorkerTeam team)
    {
        bool isNew = C.IsDefault;
        base.Prepare(team);
        if (isNew)
        {
            Send();
        }

        _peer.Ask(new { Do = "use", Threads = team.Workers });
    }

    public override void Peers() => TimePeers(1);

    public override double TimePeers(int repetitions) => _peer.Run(repetitions);

    public override double Disagreement() => Numbers.Difference(C.Span, _peer.Result<float>(C.Shape.Length));

    public override void Dispose()
    {
        base.Dispose();
        _peer.Dispose();
    }

    private void Send()
    {
        using var a = new NumberFile(A.Span);
        using var b = new NumberFile(B.Span);
        _peer.Ask(new { Do = "product", _shape.M, _shape.N, _shape.K, _shape.TransposeB, A = a.Path, B = b.Path });
    }
}
