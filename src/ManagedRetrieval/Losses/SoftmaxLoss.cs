using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;

namespace ManagedRetrieval.Losses;

/// <summary>Softmax cross-entropy: each query picks its own candidate. The task's default.</summary>
/// <remarks>
/// One positive: lse(V_i) − z_ii. Several, sum form: lse(V_i) − lse(P_i); mean form: the mean over p in P_i of
/// lse(N_i ∪ p) − z_ip (Khosla et al., NeurIPS 2020, eq. 2, has its sum outside the logarithm as here).
/// Label smoothing ε (Szegedy et al., CVPR 2016) takes 1 − ε of that and ε times lse(V_i) − the mean of z over V_i.
/// </remarks>
/// <param name="labelSmoothing">ε, in [0, 1).</param>
/// <param name="severalPositives">How several positives of a row are joined.</param>
/// <exception cref="ArgumentOutOfRangeException">ε is outside [0, 1), or the form is none of the named values.</exception>
public sealed class SoftmaxLoss<T>(double labelSmoothing = 0, MultiPositiveForm severalPositives = MultiPositiveForm.Sum) : IRetrievalLoss<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly SoftmaxCrossEntropy<T> _one = new(labelSmoothing);
    private readonly MultiPositiveCrossEntropy<T> _several = new(
        severalPositives is MultiPositiveForm.Sum or MultiPositiveForm.Mean
            ? severalPositives
            : throw new ArgumentOutOfRangeException(nameof(severalPositives), severalPositives, "severalPositives must be Sum or Mean."),
        labelSmoothing);

    /// <summary>ε.</summary>
    internal double LabelSmoothing { get; } = labelSmoothing;

    /// <summary>Whether <see cref="Form"/> says all about this loss.</summary>
    internal bool IsUnsmoothed => LabelSmoothing == 0;

    /// <summary>How several positives of a row are joined.</summary>
    internal MultiPositiveForm Form { get; } = severalPositives;

    /// <inheritdoc/>
    public Variable<T> RowLosses(Variable<T> logits, OpIndices positives)
    {
        LossCheck.Matrix(logits);
        LossCheck.Positives(nameof(positives), positives, logits.Shape);
        return positives.Values.Length == logits.Shape.Rows
            ? logits.Tape.Apply(_one, [logits], new OpIndices(positives.Values))
            : logits.Tape.Apply(_several, [logits], positives);
    }
}
