using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Optimizers;

/// <summary>Stochastic gradient descent, with momentum if wanted, and lazy rows.</summary>
/// <remarks>
/// v ← μ · v + g; x ← x − η · v, or with Nesterov's look ahead x ← x − η · (g + μ · v) (Sutskever et al., ICML 2013, in the form
/// of PyTorch: the rate stays outside v, so that a schedule acts at once). Without momentum v is g, and nothing is kept. Of an
/// embedding table only rows with a gradient are touched: another row's velocity neither decays nor moves it, unlike in the
/// dense rule. Weight decay adds λ · x to g.
/// </remarks>
public sealed class Sgd<T> : Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T _momentum;
    private readonly bool _nesterov;
    private T _minusRate;

    /// <summary>Makes the optimizer.</summary>
    /// <param name="learningRate">η, positive and finite.</param>
    /// <param name="momentum">μ, in [0, 1); 0 is plain gradient descent.</param>
    /// <param name="nesterov">Whether the value moves by the velocity that the same gradient would give once more; needs momentum.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range, or is so as a <typeparamref name="T"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="nesterov"/> is set without momentum.</exception>
    public Sgd(double learningRate = 0.01, double momentum = 0, bool nesterov = false)
        : base(learningRate)
    {
        _momentum = T.CreateChecked(Setting.Decay<T>(momentum, nameof(momentum)));
        _nesterov = nesterov;
        if (nesterov && _momentum == T.Zero)
        {
            throw new ArgumentException("nesterov needs momentum, which is 0.", nameof(nesterov));
        }
    }

    private protected override IReadOnlyList<(string Name, double Value)> RuleSettings =>
        [("momentum", double.CreateChecked(_momentum)), ("nesterov", _nesterov ? 1 : 0)];

    private protected override IReadOnlyList<StateSlot> SlotsOf(Shape shape, int rows) => _momentum == T.Zero ? [] : [new("velocity", shape, 0)];

    private protected override void Begin(double rate, int steps) => _minusRate = T.CreateChecked(-rate);

    internal override void Update(Span<T> value, ReadOnlySpan<T> gradient, Span<T> first, Span<T> second)
    {
        if (_momentum == T.Zero)
        {
            TensorPrimitives.FusedMultiplyAdd(gradient, _minusRate, value, value);
        }
        else if (_nesterov)
        {
            MomentumRule.RunNesterov(value, gradient, first, _momentum, _minusRate);
        }
        else
        {
            MomentumRule.Run(value, gradient, first, _momentum, _minusRate);
        }
    }
}
