using System.Numerics;

namespace ManagedRetrieval.Engine.Kernels;

/// <summary>The loss of a row whose positives stand against the sum of its negatives' exponentials.</summary>
/// <remarks>
/// L = shift + log sum is the negatives' log-sum-exp; both where there are none: sum 0, and the loss and its derivatives are 0.
/// Results depend on the inputs alone. Nothing is allocated.
/// </remarks>
internal static class SeveralPositives
{
    /// <summary>softplus(L − lse(P)).</summary>
    /// <param name="shift">The greatest of the negatives' logits, or a number near it.</param>
    /// <param name="sum">Σ over the negatives of e^(z − shift).</param>
    /// <param name="pulls">Comes with the positives' logits and leaves with −dloss/dz_p.</param>
    public static T Sum<T>(T shift, T sum, Span<T> pulls)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (T best, T own) = SoftmaxRow.Exponentials<T>(pulls, pulls);
        T margin = (shift - best) + (T.Log(sum) - T.Log(own));
        TensorPrimitives.Multiply(pulls, VectorMath.Sigmoid(margin) / own, pulls);
        return VectorMath.Softplus(margin);
    }

    /// <summary>The mean over the positives of softplus(L − z_p).</summary>
    /// <param name="shift">The greatest of the negatives' logits, or a number near it.</param>
    /// <param name="sum">Σ over the negatives of e^(z − shift).</param>
    /// <param name="pulls">Comes with the positives' logits and leaves with −dloss/dz_p.</param>
    /// <param name="losses">Scratch of the same length.</param>
    public static T Mean<T>(T shift, T sum, Span<T> pulls, Span<T> losses)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T count = T.CreateChecked(pulls.Length);
        TensorPrimitives.Subtract(shift, pulls, pulls);
        TensorPrimitives.Add(pulls, T.Log(sum), pulls);
        VectorMath.Softplus<T>(pulls, losses);
        VectorMath.Sigmoid<T>(pulls, pulls);
        TensorPrimitives.Divide(pulls, count, pulls);
        return RowReduce.Sum<T>(losses) / count;
    }
}
