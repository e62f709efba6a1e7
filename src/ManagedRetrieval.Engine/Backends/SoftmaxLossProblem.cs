using System.Numerics;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Backends;

/// <summary>What the in-batch softmax loss is made of: each query picks its positives out of all candidates.</summary>
/// <remarks>
/// z_ij = max over heads of q_ih · c_j, less the logarithm of candidate j's sampling probability. P_i are row i's positives, N_i
/// its other columns but those that are removed, hidden by the mask or, where hard negatives are mined, not among the
/// hardest. One positive: loss_i = lse(N_i ∪ P_i) − z_ip. Several: by the sum of their exponentials lse(N_i ∪ P_i) − lse(P_i), or the
/// mean over p of lse(N_i ∪ p) − z_ip. What is taken out adds exactly 0 to the loss and to both gradients; a row without
/// negatives costs exactly 0. Symmetric: half of that, and half of the same over the first columns, in which candidate j picks its
/// queries among the rows that kept the pair.
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public readonly struct SoftmaxLossProblem<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>[Q, d] or [Q, H, d], all finite; Q, H and d at least 1.</summary>
    public required Tensor<T> Queries { get; init; }

    /// <summary>[C, d], all finite; C at least Q.</summary>
    public required Tensor<T> Candidates { get; init; }

    /// <summary>Each row's columns that are right, one row's after the other's, its own, i in row i, among them, none twice.</summary>
    public required ReadOnlyMemory<int> Positives { get; init; }

    /// <summary>Q + 1 numbers: where each row's positives start, then the number of all.</summary>
    public required ReadOnlyMemory<int> PositiveOffsets { get; init; }

    /// <summary>[C]: the logarithms of the candidates' sampling probabilities; the default value for none.</summary>
    public Tensor<T> LogProbability { get; init; }

    /// <summary>Whether positives keep their scores where the others are corrected by their probability.</summary>
    public bool KeepsPositives { get; init; }

    /// <summary>Columns that are taken out, one row's after the other's; a positive that is named is kept.</summary>
    public ReadOnlyMemory<int> Removed { get; init; }

    /// <summary>Q + 1 numbers: where each row's removed columns start; empty where nothing is removed by lists.</summary>
    public ReadOnlyMemory<int> RemovedOffsets { get; init; }

    /// <summary>Q · C entries, row by row; false takes an entry out that is no positive, and where it is the row's own, i in row i, the whole row, in columns too. Empty for none.</summary>
    public ReadOnlyMemory<bool> Mask { get; init; }

    /// <summary>How many negatives a row keeps, those with the largest logits, among equals the lowest columns; 0 keeps all.</summary>
    public int HardNegatives { get; init; }

    /// <summary>Whether several positives are joined by the mean of their losses.</summary>
    public bool MeanOfPositives { get; init; }

    /// <summary>Whether half the loss is over the first Q columns.</summary>
    public bool Symmetric { get; init; }
}
