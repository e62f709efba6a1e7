using System.Numerics;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>The loss of one row of logits with a list of positive columns, and its derivatives.</summary>
/// <remarks>Called only for rows with at least one negative; a row without costs 0 and moves nothing, whatever the loss.</remarks>
internal interface IListLoss<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Computes the loss and its derivative by each logit.</summary>
    /// <param name="logits">The row; −∞ marks a removed entry.</param>
    /// <param name="positives">The listed columns, the row's own first; at least one.</param>
    /// <param name="negatives">The number of negatives, at least one.</param>
    /// <param name="derivatives">
    /// Comes with the logits of the negatives and −∞ in every other column; leaves with the derivatives, exactly 0 for
    /// removed entries.
    /// </param>
    /// <param name="scratch">Twice as long as the row; it holds garbage.</param>
    T Run(ReadOnlySpan<T> logits, ReadOnlySpan<int> positives, int negatives, Span<T> derivatives, Span<T> scratch);
}
