using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using static TorchSharp.torch;

namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>A matrix product, [m, k] · [k, n], of which either operand may lie transposed.</summary>
internal sealed class MatrixProductWork(int m, int n, int k, bool transposeA = false, bool transposeB = false) : Work
{
    private CpuBackend<float>? _backend;
    private Tensor<float> _a;
    private Tensor<float> _b;
    private Tensor<float> _c;
    private Tensor? _theirA;
    private Tensor? _theirB;
    private Tensor? _theirC;

    public override string Name => $"gemm_{(transposeA ? 't' : 'n')}{(transposeB ? 't' : 'n')}";

    public override int[] Shape => [m, n, k];

    public override double Operations => 2.0 * m * n * k;

    public override void Prepare(WorkerTeam team)
    {
        _backend = new CpuBackend<float>(team);
        (_a, Tensor theirA) = Filled(transposeA ? k : m, transposeA ? m : k, 1);
        (_b, Tensor theirB) = Filled(transposeB ? n : k, transposeB ? k : n, 2);
        _c = new Tensor<float>(new Shape(m, n));
        (_theirA, _theirB) = (transposeA ? theirA.t() : theirA, transposeB ? theirB.t() : theirB);
    }

    public override void Ours() => _backend!.MatrixProduct(_a, transposeA, _b, transposeB, _c, accumulate: false);

    public override void Peers()
    {
        _theirC?.Dispose();
        _theirC = _theirA!.mm(_theirB!);
    }

    public override double Disagreement()
    {
        using Tensor ours = tensor(_c.Span.ToArray(), [m, n]);
        using Tensor difference = (ours - _theirC!).norm(), size = _theirC!.norm();
        return difference.item<float>() / size.item<float>();
    }

    public override void Dispose()
    {
        _theirA?.Dispose();
        _theirB?.Dispose();
        _theirC?.Dispose();
    }

    private static (Tensor<float> Ours, Tensor Theirs) Filled(int rows, int columns, int seed)
    {
        var random = new Random(seed);
        float[] values = new float[rows * columns];
        foreach (ref float value in values.AsSpan())
        {
            value = random.NextSingle() - 0.5f;
        }

        var ours = new Tensor<float>(new Shape(rows, columns));
        values.CopyTo(ours.Span);
        return (ours, tensor(values, [rows, columns]));
    }
}
