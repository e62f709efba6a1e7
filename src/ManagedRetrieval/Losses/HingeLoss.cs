using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;

namespace ManagedRetrieval.Losses;

/// <summary>The positive should outrank each negative by a margin.</summary>
/// <remarks>
/// The mean over N_i of max(0, m − z_ii + z_ij). Further positives of a row are no negatives.
/// </remarks>
/// <param name="margin">m, positive and finite.</param>
/// <exception cref="ArgumentOutOfRangeException">The margin is not positive and finite.</exception>
public sealed class HingeLoss<T>(double margin = 1) : IRetrievalLoss<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PairwiseHinge<T> _op = new(margin);

    /// <summary>m.</summary>
    internal double Margin { get; } = margin;

    /// <inheritdoc/>
    public Variable<T> RowLosses(Variable<T> logits, OpIndices positives) => logits.Tape.Apply(_op, [logits], positives);
}
