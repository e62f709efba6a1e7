using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>The exact best candidates of each query by dot product.</summary>
internal abstract class TopKWork(int queries, int candidates, int width) : Work
{
    /// <summary>How many are found.</summary>
    protected const int K = 100;

    private readonly int[] _rows = new int[queries * K];
    private CpuBackend<float>? _backend;

    public override string Name => "topk";

    public override int[] Shape => [queries, candidates, width];

    public override double Operations => 2.0 * queries * candidates * width;

    /// <summary>Few queries take no longer than the candidates take to be read.</summary>
    public override (double Read, double Written) Traffic => queries < 8 ? ((double)candidates * width * sizeof(float), 0) : default;

    /// <summary>[queries, width].</summary>
    protected Tensor<float> Queries { get; private set; }

    /// <summary>[candidates, width].</summary>
    protected Tensor<float> Candidates { get; private set; }

    /// <summary>What ours found, best first. Ranks of nearly equal scores may differ, so scores are compared, not rows.</summary>
    protected Tensor<float> Scores { get; } = new(new Shape(queries, K));

    public override void Prepare(WorkerTeam team)
    {
        _backend = new CpuBackend<float>(team);
        if (Queries.IsDefault)
        {
            (Queries, Candidates) = (Numbers.Uniform(queries, width, seed: 1), Numbers.Uniform(candidates, width, seed: 2));
        }
    }

    public override void Ours() => _backend!.TopK(Queries, Candidates, K, Scores, _rows);

    public override void Dispose() => (Queries, Candidates) = (default, default);
}
