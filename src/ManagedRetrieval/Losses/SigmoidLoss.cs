using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;

namespace ManagedRetrieval.Losses;

/// <summary>Every pair is judged by itself: is this the query's candidate or not?</summary>
/// <remarks>
/// softplus(−z_ii) + Σ over N_i of softplus(z_ij). Further positives of a row are no negatives, and add nothing themselves.
/// </remarks>
public sealed class SigmoidLoss<T> : IRetrievalLoss<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly SigmoidCrossEntropy<T> _op = new();

    /// <inheritdoc/>
    public Variable<T> RowLosses(Variable<T> logits, OpIndices positives) => logits.Tape.Apply(_op, [logits], positives);
}
