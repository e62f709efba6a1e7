using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using static TorchSharp.torch;

namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>The in-batch softmax loss with both gradients: a batch of queries, each with its own candidate.</summary>
internal sealed class SoftmaxLossWork(int batch, int width) : Work
{
    /// <summary>Bytes that the peer takes for each score: 9 GB were seen in a batch of 16,384, in the allocator that compare.sh sets.</summary>
    private const double PeerBytesPerScore = 9e9 / 16_384 / 16_384;

    private BatchLoss? _ours;
    private Tensor? _queries;
    private Tensor? _candidates;
    private Tensor? _labels;
    private Tensor? _loss;
    private Tensor[] _gradients = [];

    public override string Name => "softmax_loss";

    public override int[] Shape => [batch, batch, width];

    /// <summary>Three products: the scores, and the gradients of both sides.</summary>
    public override double Operations => 6.0 * batch * batch * width;

    /// <summary>Ours adds up sums of exponentials tile by tile, the peer row by row.</summary>
    public override double MostDisagreement => 1e-4;

    public override long? ResultBytes => 2L * batch * width * sizeof(float);

    public override string? Obstacle(int threads)
    {
        double needed = PeerBytesPerScore * batch * batch, available = ProcessMemory.Available();
        return available < needed
            ? FormattableString.Invariant($"torchsharp needs {needed / 1e9:f1} GB of memory, but {available / 1e9:f1} GB are available")
            : null;
    }

    public override void Prepare(WorkerTeam team)
    {
        Dispose();
        Tensor<float> queries = Numbers.Uniform(batch, width, seed: 1), candidates = Numbers.Uniform(batch, width, seed: 2);
        _ours = new BatchLoss(team, queries, candidates);
        _queries = Numbers.Copy(queries).requires_grad_();
        _candidates = Numbers.Copy(candidates).requires_grad_();
        _labels = arange(batch, int64);
    }

    public override void Ours() => _ours!.Run();

    public override void Peers()
    {
        DisposeResults();
        _loss = TorchLoss.Of(_queries!, _candidates!, _labels!);
        _gradients = [.. autograd.grad([_loss], [_queries!, _candidates!])];
    }

    public override double Disagreement()
    {
        float loss = _loss!.item<float>();
        return Math.Max(
            Math.Abs(_ours!.Loss - loss) / loss,
            Math.Max(Numbers.Difference(_ours.QueryGradient, _gradients[0]), Numbers.Difference(_ours.CandidateGradient, _gradients[1])));
    }

    public override void Dispose()
    {
        DisposeResults();
        _ours = null;
        _queries?.Dispose();
        _candidates?.Dispose();
        _labels?.Dispose();
    }

    private void DisposeResults()
    {
        _loss?.Dispose();
        foreach (Tensor gradient in _gradients)
        {
            gradient.Dispose();
        }
    }
}
