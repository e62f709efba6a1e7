using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Losses;

namespace ManagedRetrieval.Tasks;

/// <summary>Half the loss over rows, half over the first Q columns, where each candidate picks its query.</summary>
/// <remarks>What is removed for a pair is removed both ways. A dropped row's weight of 0 drops its column too.</remarks>
internal sealed class SymmetricTerm<T>(IRetrievalLoss<T> loss)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly LeadingTranspose<T> _transpose = new();
    private readonly Add<T> _add = new();
    private readonly Scale<T> _half = new(T.CreateChecked(0.5));

    /// <summary>½ · (rowLosses + the columns' losses), [Q].</summary>
    public Variable<T> Join(Variable<T> rowLosses, Variable<T> logits, OpIndices positives)
    {
        Tape<T> tape = logits.Tape;
        int queries = logits.Shape[0];
        Variable<T> columns = tape.Apply(_transpose, [logits]);
        Variable<T> columnLosses = loss.RowLosses(columns, QueryPositives.OfCandidates(tape, queries, positives));
        return tape.Apply(_half, [tape.Apply(_add, [rowLosses, columnLosses])]);
    }
}
