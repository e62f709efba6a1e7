using System.Numerics;
using ManagedRetrieval.Engine.Kernels;

namespace ManagedRetrieval.Optimizers;

/// <summary>Adam (Kingma and Ba, ICLR 2015, Algorithm 1), with lazy rows.</summary>
/// <remarks>
/// m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²; x ← x − η · (m / (1−β₁ᵗ)) / (√(v / (1−β₂ᵗ)) + ε), element by element, t
/// being the parameter's steps so far. Of an embedding table only rows with a gradient are touched: another row's m
/// and v do not decay and its value does not move, unlike in the dense rule; t counts the table's steps all the same.
/// </remarks>
public sealed class Adam<T> : Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double _beta1;
    private readonly double _beta2;
    private readonly T _epsilon;
    private AdamRule<T> _rule;

    /// <summary>Makes the optimizer.</summary>
    /// <param name="learningRate">η, positive and finite.</param>
    /// <param name="beta1">β₁, in [0, 1).</param>
    /// <param name="beta2">β₂, in [0, 1).</param>
    /// <param name="epsilon">ε, positive and finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range, or is so as a <typeparamref name="T"/>.</exception>
    public Adam(double learningRate = 0.001, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8)
        : base(learningRate)
    {
        (_beta1, _beta2, _epsilon) = (Decay(beta1, nameof(beta1)), Decay(beta2, nameof(beta2)), Positive(epsilon, nameof(epsilon)));
    }

    private protected override int StateCount => 2;

    private protected override double InitialState => 0;

    private protected override void Begin(int steps) => _rule = new(
        T.CreateChecked(_beta1),
        T.CreateChecked(1 - _beta1),
        T.CreateChecked(_beta2),
        T.CreateChecked(1 - _beta2),
        T.CreateChecked(1 / (1 - Math.Pow(_beta2, steps))),
        _epsilon,
        T.CreateChecked(-LearningRate / (1 - Math.Pow(_beta1, steps))));

    private protected override void Update(Span<T> value, ReadOnlySpan<T> gradient, Span<T> first, Span<T> second) =>
        _rule.Run(value, gradient, first, second);

    // What rounds to 1 would never decay.
    private static double Decay(double value, string name) =>
        value >= 0 && T.CreateChecked(value) < T.One
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must lie in [0, 1) as {typeof(T).Name}.");
}
