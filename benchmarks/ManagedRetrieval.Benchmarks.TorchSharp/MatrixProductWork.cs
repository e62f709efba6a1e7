using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>A matrix product, [m, k] · [k, n], of which either operand may lie transposed.</summary>
internal abstract class MatrixProductWork(int m, int n, int k, bool transposeA, bool transposeB) : Work
{
    private CpuBackend<float>? _backend;

    public override string Name => $"gemm_{(transposeA ? 't' : 'n')}{(transposeB ? 't' : 'n')}";

    public override int[] Shape => [m, n, k];

    public override double Operations => 2.0 * m * n * k;

    /// <summary>The result of a product of little depth takes longer to write than to compute.</summary>
    public override (double Read, double Written) Traffic => k <= 128 && (long)m * n >= 1 << 24 ? (0, (double)m * n * sizeof(float)) : default;

    /// <summary>The left operand, as it lies.</summary>
    protected Tensor<float> A { get; private set; }

    /// <summary>The right operand, as it lies.</summary>
    protected Tensor<float> B { get; private set; }

    /// <summary>Our result.</summary>
    protected Tensor<float> C { get; private set; }

    public override void Prepare(WorkerTeam team)
    {
        _backend = new CpuBackend<float>(team);
        if (!C.IsDefault)
        {
            return;
        }

        A = Numbers.Uniform(transposeA ? k : m, transposeA ? m : k, seed: 1);
        B = Numbers.Uniform(transposeB ? n : k, transposeB ? k : n, seed: 2);
        C = new Tensor<float>(new Shape(m, n));
    }

    public override void Ours() => _backend!.MatrixProduct(A, transposeA, B, transposeB, C, accumulate: false);

    public override void Dispose() => (A, B, C) = (default, default, default);
}
