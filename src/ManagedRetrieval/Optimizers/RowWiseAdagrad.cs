using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Optimizers;

/// <summary>Adagrad with one accumulator for each row: its state is smaller than the parameter by the width of a row.</summary>
/// <remarks>
/// a ← a + mean(g²) over the row; x ← x − η · g / (√a + ε), as the row-wise Adagrad of FBGEMM and TorchRec has it, with ε
/// outside the root. A dense matrix has rows too; a vector, such as a bias, is one. Rows without a gradient keep value and
/// state, which is what the dense rule does to them too. Weight decay adds λ · x to g.
/// </remarks>
public sealed class RowWiseAdagrad<T> : Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double _initialAccumulator;
    private readonly T _epsilon;
    private T _minusRate;

    /// <summary>Makes the optimizer.</summary>
    /// <param name="learningRate">η, positive and finite.</param>
    /// <param name="initialAccumulator">a before the first step, finite and not negative.</param>
    /// <param name="epsilon">ε, positive and finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range, or is so as a <typeparamref name="T"/>.</exception>
    public RowWiseAdagrad(double learningRate = 0.1, double initialAccumulator = 0, double epsilon = 1e-8)
        : base(learningRate)
    {
        _initialAccumulator = Setting.NotNegative<T>(initialAccumulator, nameof(initialAccumulator));
        _epsilon = Setting.Positive<T>(epsilon, nameof(epsilon));
    }

    private protected override IReadOnlyList<(string Name, double Value)> RuleSettings =>
        [("initialAccumulator", _initialAccumulator), ("epsilon", double.CreateChecked(_epsilon))];

    private protected override IReadOnlyList<StateSlot> SlotsOf(Shape shape, int rows) => [new("row_accumulator", new Shape(rows), _initialAccumulator)];

    private protected override void Begin(double rate, int steps) => _minusRate = T.CreateChecked(-rate);

    internal override void Update(Span<T> value, ReadOnlySpan<T> gradient, Span<T> first, Span<T> second) =>
        RowAdagradRule.Run(value, gradient, ref first[0], _minusRate, _epsilon);
}
