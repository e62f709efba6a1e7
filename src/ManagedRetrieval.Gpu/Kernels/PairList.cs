using ILGPU;

namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>The positives of one query, or of one column, and the loss that they make with the negatives' log-sum-exp.</summary>
internal struct PairList
{
    /// <summary>Places of pairs; read where <see cref="IsOrdered"/> is 1.</summary>
    public required ArrayView<int> Order;

    /// <summary>0 where the pairs lie side by side themselves.</summary>
    public required int IsOrdered;

    public required int Start;

    public required int End;

    /// <summary>The share of a row's loss.</summary>
    public static float Half(LossArguments loss) => loss.Symmetric != 0 ? 0.5f : 1f;

    /// <summary>What the derivatives of a row's or a column's loss are multiplied by.</summary>
    public static float Factor(LossArguments loss, int query)
    {
        float half = Half(loss);
        return loss.HasFactors != 0 ? loss.Factors[query] * half : half;
    }

    /// <summary>
    /// lse(N ∪ P) − lse(P), or the mean over p of lse(N ∪ p) − z_p: both are softplus of a margin, lse(N) less the positives' part.
    /// Adds to the pairs' pulls.
    /// </summary>
    /// <param name="loss">The logits of pairs, and their pulls.</param>
    /// <param name="shift">The greatest logit of the negatives.</param>
    /// <param name="sum">Σ e^(z − shift) over the negatives; 0 where there are none, and then loss and derivatives are 0.</param>
    /// <param name="factor">What derivatives are multiplied by.</param>
    /// <param name="scale">What the negatives' e^(z − shift) are to be multiplied by.</param>
    public readonly float Loss(LossArguments loss, float shift, float sum, float factor, out float scale)
    {
        scale = 0;
        if (!(sum > 0))
        {
            return 0;
        }

        float negatives = DeviceMath.Log(sum) + shift;
        return loss.MeanOfPositives != 0 ? Mean(loss, negatives, sum, factor, out scale) : Sum(loss, negatives, sum, factor, out scale);
    }

    /// <summary>Whether a pair's logit is no number: then neither is the loss, nor, by the pulls, a gradient.</summary>
    /// <remarks>To be asked before the negatives are: a query that is no number has no logits that are, and NaN there means taken out.</remarks>
    public readonly bool HasNoNumber(LossArguments loss)
    {
        bool any = false;
        for (int place = Start; place < End; place++)
        {
            if (!DeviceMath.IsNumber(loss.PairLogits[Pair(place)]))
            {
                any = true;
            }
        }

        for (int place = Start; any && place < End; place++)
        {
            loss.Pulls[Pair(place)] = float.NaN;
        }

        return any;
    }

    private readonly float Mean(LossArguments loss, float negatives, float sum, float factor, out float scale)
    {
        int count = End - Start;
        float total = 0, pulls = 0;
        for (int place = Start; place < End; place++)
        {
            int pair = Pair(place);
            float margin = negatives - loss.PairLogits[pair], pull = factor * DeviceMath.Sigmoid(margin) / count;
            total += DeviceMath.Softplus(margin) / count;
            pulls += pull;
            loss.Pulls[pair] += pull;
        }

        scale = pulls / sum;
        return total;
    }

    private readonly float Sum(LossArguments loss, float negatives, float sum, float factor, out float scale)
    {
        float greatest = float.MinValue, total = 0;
        for (int place = Start; place < End; place++)
        {
            float logit = loss.PairLogits[Pair(place)];
            greatest = logit > greatest ? logit : greatest;
        }

        for (int place = Start; place < End; place++)
        {
            total += DeviceMath.Exp(loss.PairLogits[Pair(place)] - greatest);
        }

        float margin = negatives - greatest - DeviceMath.Log(total), push = factor * DeviceMath.Sigmoid(margin);
        for (int place = Start; place < End; place++)
        {
            int pair = Pair(place);
            loss.Pulls[pair] += push * DeviceMath.Exp(loss.PairLogits[pair] - greatest) / total;
        }

        scale = push / sum;
        return DeviceMath.Softplus(margin);
    }

    private readonly int Pair(int place) => IsOrdered != 0 ? Order[place] : place;
}
