using System.Numerics;
using ManagedRetrieval.Engine.Kernels;

namespace ManagedRetrieval.Optimizers;

/// <summary>Adagrad (Duchi, Hazan and Singer, JMLR 2011): steps shrink where gradients were large.</summary>
/// <remarks>
/// a ← a + g²; x ← x − η · g / √(a + ε), element by element, with ε inside the root as in Keras, whose defaults these
/// are. Rows without a gradient keep value and state, which is what the dense rule does to them too.
/// </remarks>
public sealed class Adagrad<T> : Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T _minusRate;
    private readonly T _epsilon;

    /// <summary>Makes the optimizer.</summary>
    /// <param name="learningRate">η, positive and finite.</param>
    /// <param name="initialAccumulator">a before the first step, finite and not negative.</param>
    /// <param name="epsilon">ε, positive and finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range, or is so as a <typeparamref name="T"/>.</exception>
    public Adagrad(double learningRate = 0.1, double initialAccumulator = 0.1, double epsilon = 1e-7)
        : base(learningRate)
    {
        if (!(initialAccumulator >= 0) || !T.IsFinite(T.CreateChecked(initialAccumulator)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(initialAccumulator), initialAccumulator, $"{nameof(initialAccumulator)} must be finite and not negative as {typeof(T).Name}.");
        }

        InitialState = initialAccumulator;
        _minusRate = T.CreateChecked(-learningRate);
        _epsilon = Positive(epsilon, nameof(epsilon));
    }

    private protected override int StateCount => 1;

    private protected override double InitialState { get; }

    private protected override void Update(Span<T> value, ReadOnlySpan<T> gradient, Span<T> first, Span<T> second) =>
        AdagradRule.Run(value, gradient, first, _minusRate, _epsilon);
}
