using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;

namespace ManagedRetrieval.Losses;

/// <summary>Bayesian personalised ranking: the positive should outrank each negative.</summary>
/// <remarks>
/// The mean over N_i of softplus(z_ij − z_ii) (Rendle et al., UAI 2009). Further positives of a row are no negatives.
/// </remarks>
public sealed class BprLoss<T> : IRetrievalLoss<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PairwiseLogistic<T> _op = new();

    /// <inheritdoc/>
    public Variable<T> RowLosses(Variable<T> logits, OpIndices positives) => logits.Tape.Apply(_op, [logits], positives);
}
