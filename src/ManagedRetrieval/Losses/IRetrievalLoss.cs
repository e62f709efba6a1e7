using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;

namespace ManagedRetrieval.Losses;

/// <summary>What a row of logits costs, given its positives. Every loss of the retrieval task goes through here, yours too.</summary>
/// <remarks>
/// Notation: z = logits; V_i = the columns that row i keeps; P_i = its positives; N_i = V_i without P_i. Q rows, C columns.
/// A loss may be used from several threads at once, each with a tape of its own.
/// </remarks>
public interface IRetrievalLoss<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The loss of every row, [Q], neither weighted nor reduced.</summary>
    /// <param name="logits">[Q, C]. An entry of −∞ is removed and must count for nothing: weight and gradient exactly 0.</param>
    /// <param name="positives">A ragged list of columns for each row, first the row's own positive. All are kept. A row without any other kept column costs exactly 0.</param>
    Variable<T> RowLosses(Variable<T> logits, OpIndices positives);
}
