namespace ManagedRetrieval.Tests.Tasks;

/// <summary>Each loss and its slopes by the logits, by plain loops over the formulas.</summary>
internal static class RetrievalLossReference
{
    /// <param name="given">Which loss, and its options.</param>
    /// <param name="columns">V, P and the own positive.</param>
    /// <param name="z">Logits; only kept ones are read.</param>
    public static (double Loss, Dictionary<int, double> Slopes) Of(RetrievalCase given, RetrievalColumns columns, double[] z)
    {
        var slopes = columns.Kept.ToDictionary(j => j, _ => 0.0);
        int[] negatives = [.. columns.Negatives];
        if (negatives.Length == 0)
        {
            return (0, slopes);
        }

        double loss = given.LossKind switch
        {
            LossKind.Softmax => SumForm(columns, z, slopes),
            LossKind.SoftmaxMean => MeanForm(columns, z, negatives, slopes),
            LossKind.Sigmoid => Sigmoid(columns.Own, z, negatives, slopes),
            LossKind.Bpr => Pairwise(columns.Own, z, negatives, slopes, Softplus, Logistic),
            _ => Pairwise(columns.Own, z, negatives, slopes, x => Math.Max(0, given.Margin + x), x => given.Margin + x > 0 ? 1 : 0),
        };
        return given.Smoothing > 0 && given.LossKind is LossKind.Softmax or LossKind.SoftmaxMean
            ? (Smoothed(given.Smoothing, loss, columns, z, slopes), slopes)
            : (loss, slopes);
    }

    private static double SumForm(RetrievalColumns columns, double[] z, Dictionary<int, double> slopes)
    {
        // lse(V) − lse(P)
        int[] positives = [.. columns.Positives];
        double share = columns.Negatives.Sum(j => Softmax(z, columns.Kept, j));
        foreach (int j in columns.Kept)
        {
            // For a positive, softmax over V − softmax over P = −softmax over P · the share of N, which keeps the digits.
            slopes[j] += columns.Positives.Contains(j) ? -Softmax(z, positives, j) * share : Softmax(z, columns.Kept, j);
        }

        return Difference(z, columns.Negatives, positives);
    }

    private static double MeanForm(RetrievalColumns columns, double[] z, int[] negatives, Dictionary<int, double> slopes)
    {
        // The mean over p of lse(N ∪ p) − z_p.
        double sum = 0;
        foreach (int p in columns.Positives)
        {
            int[] set = [.. negatives, p];
            sum += Difference(z, negatives, [p]);
            foreach (int j in negatives)
            {
                // What a negative gets is taken from the positive: softmax − 1 = −the share of N.
                slopes[j] += Softmax(z, set, j) / columns.Positives.Count;
                slopes[p] -= Softmax(z, set, j) / columns.Positives.Count;
            }
        }

        return sum / columns.Positives.Count;
    }

    private static double Sigmoid(int own, double[] z, int[] negatives, Dictionary<int, double> slopes)
    {
        slopes[own] -= Logistic(-z[own]);
        foreach (int j in negatives)
        {
            slopes[j] += Logistic(z[j]);
        }

        return Softplus(-z[own]) + negatives.Sum(j => Softplus(z[j]));
    }

    private static double Pairwise(int own, double[] z, int[] negatives, Dictionary<int, double> slopes, Func<double, double> cost, Func<double, double> slope)
    {
        foreach (int j in negatives)
        {
            slopes[j] += slope(z[j] - z[own]) / negatives.Length;
            slopes[own] -= slope(z[j] - z[own]) / negatives.Length;
        }

        return negatives.Sum(j => cost(z[j] - z[own])) / negatives.Length;
    }

    private static double Smoothed(double epsilon, double loss, RetrievalColumns columns, double[] z, Dictionary<int, double> slopes)
    {
        // (1 − ε) · loss + ε · (lse(V) − the mean of z over V)
        foreach (int j in columns.Kept)
        {
            slopes[j] = ((1 - epsilon) * slopes[j]) + (epsilon * (Softmax(z, columns.Kept, j) - (1.0 / columns.Kept.Length)));
        }

        return ((1 - epsilon) * loss) + (epsilon * (LogSumExp(z, columns.Kept) - columns.Kept.Average(j => z[j])));
    }

    /// <summary>lse(N ∪ P) − lse(P) = ln(1 + Σ_N e^z / Σ_P e^z), which keeps the digits where it is small.</summary>
    private static double Difference(double[] z, IEnumerable<int> negatives, IReadOnlyCollection<int> positives)
    {
        double ratio = LogSumExp(z, negatives) - LogSumExp(z, positives);
        return Softplus(ratio);
    }

    private static double Softmax(double[] z, IEnumerable<int> set, int j) => Math.Exp(z[j] - LogSumExp(z, set));

    private static double LogSumExp(double[] z, IEnumerable<int> set)
    {
        double maximum = set.Max(j => z[j]);
        return maximum + Math.Log(set.Sum(j => Math.Exp(z[j] - maximum)));
    }

    private static double Logistic(double x) => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x));

    private static double Softplus(double x)
    {
        // ln(1 + u) by Kahan's trick, since 1 + u loses the digits of a small u.
        double u = Math.Exp(-Math.Abs(x)), w = 1 + u;
        return Math.Max(x, 0) + (w == 1 ? u : Math.Log(w) * u / (w - 1));
    }
}
