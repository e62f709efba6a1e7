using ManagedRetrieval.Engine.Parallel;
using static TorchSharp.torch;

namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>A matrix product against libtorch's.</summary>
internal sealed class TorchProductWork(int m, int n, int k, bool transposeA = false, bool transposeB = false)
    : MatrixProductWork(m, n, k, transposeA, transposeB)
{
    private readonly bool _transposeA = transposeA;
    private readonly bool _transposeB = transposeB;
    private Tensor? _a;
    private Tensor? _b;
    private Tensor? _c;

    public override void Prepare(WorkerTeam team)
    {
        base.Prepare(team);
        _a ??= Copy(A, _transposeA);
        _b ??= Copy(B, _transposeB);
    }

    public override void Peers()
    {
        _c?.Dispose();
        _c = _a!.mm(_b!);
    }

    public override double Disagreement() => Numbers.Difference(C, _c!);

    public override void Dispose()
    {
        base.Dispose();
        _a?.Dispose();
        _b?.Dispose();
        _c?.Dispose();
    }

    private static Tensor Copy(Engine.Tensors.Tensor<float> numbers, bool transpose)
    {
        Tensor copy = Numbers.Copy(numbers);
        if (!transpose)
        {
            return copy;
        }

        using (copy)
        {
            return copy.t();
        }
    }
}
