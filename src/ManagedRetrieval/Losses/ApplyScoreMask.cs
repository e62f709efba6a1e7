using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;

namespace ManagedRetrieval.Losses;

/// <summary>Takes out the pairs that a mask hides.</summary>
/// <remarks>
/// A row whose own positive is hidden has nothing to pick: an error, or the row is dropped, which leaves it nothing but
/// its positive, so that every loss and gradient of it is exactly 0.
/// </remarks>
/// <param name="maskedPositive">What happens to a row whose own positive the mask hides.</param>
/// <exception cref="ArgumentOutOfRangeException">None of the named values.</exception>
public sealed class ApplyScoreMask<T>(MaskedPositive maskedPositive = MaskedPositive.Error)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly RemoveEntries<T> _remove = new();
    private readonly MaskedPositive _maskedPositive = maskedPositive is MaskedPositive.Error or MaskedPositive.DropRow
        ? maskedPositive
        : throw new ArgumentOutOfRangeException(nameof(maskedPositive), maskedPositive, "A masked positive is an Error, or is dropped by DropRow.");

    /// <summary>The logits, [Q, C], with hidden pairs at −∞.</summary>
    /// <param name="logits">[Q, C]; row i's positive is column i.</param>
    /// <param name="scoreMask">[Q, C]; false takes the pair out.</param>
    /// <exception cref="ArgumentException">The mask has another shape, or hides a row's positive where that is an error.</exception>
    public Variable<T> Apply(Variable<T> logits, ScoreMask scoreMask)
    {
        LossCheck.Matrix(logits);
        LossCheck.Mask(nameof(scoreMask), scoreMask, logits.Shape[0], logits.Shape[1], _maskedPositive);
        return logits.Tape.Apply(_remove, [logits], ColumnLists.Of(logits.Tape, logits.Shape[0], new Hidden { Mask = scoreMask }));
    }

    private struct Hidden : ColumnLists.ISource
    {
        public required ScoreMask Mask;

        public readonly void Write(int row, ref ColumnLists lists)
        {
            ReadOnlySpan<bool> considered = Mask.Row(row);
            bool dropped = !considered[row];
            for (int j = 0; j < considered.Length; j++)
            {
                if (j != row && (dropped || !considered[j]))
                {
                    lists.Add(j);
                }
            }
        }
    }
}
