namespace ManagedRetrieval.Tests.Optimizers;

/// <summary>Adagrad's and Adam's rules, number by number in double.</summary>
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
}
