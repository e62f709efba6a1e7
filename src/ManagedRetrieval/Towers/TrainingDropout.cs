using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;

namespace ManagedRetrieval.Towers;

/// <summary>Dropout as layers have it: in training alone, and no op at all where nothing is dropped.</summary>
internal static class TrainingDropout
{
    /// <exception cref="ArgumentOutOfRangeException">The rate is not in [0, 1).</exception>
    public static Dropout<T>? Op<T>(double dropoutRate, ulong dropoutSeed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => dropoutRate switch
        {
            0 => null,
            > 0 and < 1 => new Dropout<T>(dropoutRate, dropoutSeed),
            _ => throw new ArgumentOutOfRangeException(nameof(dropoutRate), dropoutRate, "The dropout rate must be from 0 to less than 1."),
        };

    public static Variable<T> Apply<T>(Dropout<T>? op, Variable<T> x, TowerPass pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => op is not null && pass.IsTraining ? x.Dropout(op, pass.Step) : x;
}
