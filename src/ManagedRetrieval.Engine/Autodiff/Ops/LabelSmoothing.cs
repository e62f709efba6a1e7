using System.Numerics;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>The check of label smoothing, for the ops that take it.</summary>
internal static class LabelSmoothing
{
    /// <summary>The share ε of the target that every kept column gets its part of.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative, NaN, 1 or more.</exception>
    public static T Checked<T>(double labelSmoothing)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => labelSmoothing is >= 0 and < 1
            ? T.CreateChecked(labelSmoothing)
            : throw new ArgumentOutOfRangeException(nameof(labelSmoothing), labelSmoothing, "Label smoothing must be at least 0 and less than 1.");
}
