namespace ManagedRetrieval.Tests.Optimizers;

/// <summary>The optimizers' rules, number by number in double.</summary>
internal static class OptimizerReference
{
    /// <summary>Moves one number, and its state, by its gradient; step counts from 1.</summary>
    public delegate void Rule(ref double value, double gradient, ref double first, ref double second, int step);

    public static Rule Adagrad(double rate, double epsilon) =>
        (ref double x, double g, ref double a, ref double _, int _) =>
        {
            a += g * g;
            x -= rate * g / Math.Sqrt(a + epsilon);
        };

    public static Rule Adam(double rate, double beta1, double beta2, double epsilon) =>
        (ref double x, double g, ref double m, ref double v, int t) =>
        {
            m = (beta1 * m) + ((1 - beta1) * g);
            v = (beta2 * v) + ((1 - beta2) * g * g);
            double corrected = m / (1 - Math.Pow(beta1, t));
            double spread = v / (1 - Math.Pow(beta2, t));
            x -= rate * corrected / (Math.Sqrt(spread) + epsilon);
        };

    /// <summary>Moves one row, and its state, by its gradient; step counts from 1.</summary>
    public delegate void RowRule(Span<double> value, ReadOnlySpan<double> gradient, Span<double> first, Span<double> second, int step);

    /// <summary>A rule for each number of a row, with weight decay.</summary>
    /// <param name="rule">What moves a number.</param>
    /// <param name="added">λ, by which the value is added to the gradient.</param>
    /// <param name="taken">The part of the value that is lost beforehand.</param>
    public static RowRule Each(Rule rule, double added = 0, double taken = 0) => (value, gradient, first, second, step) =>
    {
        for (int i = 0; i < value.Length; i++)
        {
            double g = gradient[i] + (added * value[i]);
            value[i] -= taken * value[i];
            rule(ref value[i], g, ref first[i], ref second[i], step);
        }
    };

    public static Rule Sgd(double rate, double momentum, bool nesterov) =>
        (ref double x, double g, ref double v, ref double _, int _) =>
        {
            v = (momentum * v) + g;
            x -= rate * (nesterov ? g + (momentum * v) : v);
        };

    public static RowRule RowWiseAdagrad(double rate, double epsilon, double decay = 0) => (value, gradient, first, _, _) =>
    {
        double[] g = new double[value.Length];
        for (int i = 0; i < g.Length; i++)
        {
            g[i] = gradient[i] + (decay * value[i]);
            first[0] += g[i] * g[i] / g.Length;
        }

        for (int i = 0; i < g.Length; i++)
        {
            value[i] -= rate * g[i] / (Math.Sqrt(first[0]) + epsilon);
        }
    };
}
