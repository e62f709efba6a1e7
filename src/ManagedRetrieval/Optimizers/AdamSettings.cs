using System.Numerics;
using ManagedRetrieval.Engine.Kernels;

namespace ManagedRetrieval.Optimizers;

/// <summary>The settings that Adam and AdamW share, checked.</summary>
internal sealed class AdamSettings<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double _beta1;
    private readonly double _beta2;
    private readonly T _epsilon;

    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public AdamSettings(double beta1, double beta2, double epsilon) => (_beta1, _beta2, _epsilon) =
        (Setting.Decay<T>(beta1, nameof(beta1)), Setting.Decay<T>(beta2, nameof(beta2)), Setting.Positive<T>(epsilon, nameof(epsilon)));

    /// <summary>The numbers by name.</summary>
    public IReadOnlyList<(string Name, double Value)> Named => [("beta1", _beta1), ("beta2", _beta2), ("epsilon", double.CreateChecked(_epsilon))];

    /// <summary>The rule of one step of one parameter.</summary>
    /// <param name="rate">η.</param>
    /// <param name="steps">t.</param>
    public AdamRule<T> Rule(double rate, int steps) => new(
        T.CreateChecked(_beta1),
        T.CreateChecked(1 - _beta1),
        T.CreateChecked(_beta2),
        T.CreateChecked(1 - _beta2),
        T.CreateChecked(1 / (1 - Math.Pow(_beta2, steps))),
        _epsilon,
        T.CreateChecked(-rate / (1 - Math.Pow(_beta1, steps))));
}
