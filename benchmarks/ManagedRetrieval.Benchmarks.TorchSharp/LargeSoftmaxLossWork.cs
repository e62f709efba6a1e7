using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>The in-batch softmax loss of a batch whose scores no memory here would hold: this library alone.</summary>
internal sealed class LargeSoftmaxLossWork(int batch, int width) : Work
{
    private BatchLoss? _ours;

    public override string Name => "softmax_loss";

    public override int[] Shape => [batch, batch, width];

    public override string? Peer => null;

    public override double Operations => 6.0 * batch * batch * width;

    public override long? ResultBytes => 2L * batch * width * sizeof(float);

    public override void Prepare(WorkerTeam team) =>
        _ours = new BatchLoss(team, Numbers.Uniform(batch, width, seed: 1), Numbers.Uniform(batch, width, seed: 2));

    public override void Ours() => _ours!.Run();

    public override void Peers() => throw new NotSupportedException("There is no peer.");

    public override double Disagreement() => throw new NotSupportedException("There is no peer.");

    public override void Dispose() => _ours = null;
}
