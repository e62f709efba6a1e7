using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Optimizers;

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter, ICLR 2019, Algorithm 2), with lazy rows.</summary>
/// <remarks>
/// x ← (1 − η · λ) · x, then as in <see cref="Adam{T}"/>, whose averages do not see the decay. As in PyTorch, λ is multiplied by
/// the whole learning rate, not by the schedule's factor alone. Of an embedding table only rows with a gradient decay: a row
/// decays with its own examples, so that rare rows are not drawn to 0 while nothing speaks for them. <c>WeightDecay</c> is 0.01
/// here where nothing else is said.
/// </remarks>
public sealed class AdamW<T> : Optimizer<T>
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
    public AdamW(double learningRate = 0.001, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8)
        : base(learningRate)
    {
        _settings = new(beta1, beta2, epsilon);
        WeightDecay = 0.01;
    }

    private protected override bool DecouplesDecay => true;

    private protected override IReadOnlyList<(string Name, double Value)> RuleSettings => _settings.Named;

    private protected override IReadOnlyList<StateSlot> SlotsOf(Shape shape, int rows) => [new("mean", shape, 0), new("mean_square", shape, 0)];

    private protected override void Begin(double rate, int steps) => _rule = _settings.Rule(rate, steps);

    internal override void Update(Span<T> value, ReadOnlySpan<T> gradient, Span<T> first, Span<T> second) =>
        _rule.Run(value, gradient, first, second);
}
