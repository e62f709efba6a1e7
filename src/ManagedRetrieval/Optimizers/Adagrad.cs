using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Optimizers;

/// <summary>Adagrad (Duchi, Hazan and Singer, JMLR 2011): steps shrink where gradients were large.</summary>
/// <remarks>
/// a ← a + g²; x ← x − η · g / √(a + ε), element by element, with ε inside the root as in Keras, whose defaults these
/// are. Rows without a gradient keep value and state, which is what the dense rule does to them too. Weight decay adds λ · x
/// to g.
/// </remarks>
public sealed class Adagrad<T> : Optimizer<T>
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
    public Adagrad(double learningRate = 0.1, double initialAccumulator = 0.1, double epsilon = 1e-7)
        : base(learningRate)
    {
        _initialAccumulator = Setting.NotNegative<T>(initialAccumulator, nameof(initialAccumulator));
        _epsilon = Setting.Positive<T>(epsilon, nameof(epsilon));
    }

    private protected override IReadOnlyList<(string Name, double Value)> RuleSettings =>
        [("initialAccumulator", _initialAccumulator), ("epsilon", double.CreateChecked(_epsilon))];

    private protected override IReadOnlyList<StateSlot> SlotsOf(Shape shape, int rows) => [new("accumulator", shape, _initialAccumulator)];

    private protected override void Begin(double rate, int steps) => _minusRate = T.CreateChecked(-rate);

    internal override void Update(Span<T> value, ReadOnlySpan<T> gradient, Span<T> first, Span<T> second) =>
        AdagradRule.Run(value, gradient, first, _minusRate, _epsilon);
}
