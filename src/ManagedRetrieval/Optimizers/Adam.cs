using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Optimizers;

/// <summary>Adam (Kingma and Ba, ICLR 2015, Algorithm 1), with lazy rows.</summary>
/// <remarks>
/// m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²; x ← x − η · (m / (1−β₁ᵗ)) / (√(v / (1−β₂ᵗ)) + ε), element by element, t
/// being the parameter's steps so far. Of an embedding table only rows with a gradient are touched: another row's m
/// and v do not decay and its value does not move, unlike in the dense rule; t counts the table's steps all the same.
/// Weight decay adds λ · x to g; see <see cref="AdamW{T}"/> for the other form.
/// </remarks>
public sealed class Adam<T> : Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly AdamSettings<T> _settings;
    private AdamRule<T> _rule;

    /// <summary>Makes the optimizer.</summary>
    /// <param name="learningRate">η, positive and finite.</param>
    /// <param name="beta1">β₁, in [0, 1).</param>
    /// <param name="beta2">β₂, in [0, 1).</param>
    /// <param name="epsilon">ε, positive and finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range, or is so as a <typeparamref name="T"/>.</exception>
    public Adam(double learningRate = 0.001, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8)
        : base(learningRate) => _settings = new(beta1, beta2, epsilon);

    private protected override IReadOnlyList<(string Name, double Value)> RuleSettings => _settings.Named;

    private protected override IReadOnlyList<StateSlot> SlotsOf(Shape shape, int rows) => [new("mean", shape, 0), new("mean_square", shape, 0)];

    private protected override void Begin(double rate, int steps) => _rule = _settings.Rule(rate, steps);

    internal override void Update(Span<T> value, ReadOnlySpan<T> gradient, Span<T> first, Span<T> second) =>
        _rule.Run(value, gradient, first, second);
}
