using ManagedRetrieval.Engine.Kernels;

namespace ManagedRetrieval.Engine.Autodiff;

/// <summary>Compares the gradients that backward computes with central differences, in double.</summary>
/// <remarks>
/// <para>
/// With x all parameters laid end to end, u a random cotangent of the output and v a random unit direction of which
/// element e is multiplied by max(1, |x_e|), s(x) = ⟨u, f(x)⟩ must satisfy ⟨∇s(x), v⟩ = (s(x + h·v) − s(x − h·v)) / 2h
/// up to O(h²), h = 1e-5. So every element has a step of its own size, and f must be smooth around x on that scale, and
/// the same each time it is called. One direction sees every element at the price of two forward passes, but not one
/// that moves s a million times less than the others; the full Jacobian, for tiny shapes, sees each element by itself.
/// </para>
/// <para>
/// Errors are relative to the derivative, or to a thousandth of f where the derivative is smaller: what is less cannot
/// be told from rounding. Terms that cancel inside f leave a rounding that its result does not show. Where a loss is all
/// but zero, check it elsewhere, or with a larger tolerance.
/// </para>
/// </remarks>
public static class GradientCheck
{
    /// <summary>Rounding of s by 1e-16 |s| moves the difference by 1e-11 |s|. A hundred such are 1e-6, the usual tolerance, of this share.</summary>
    private const double ResolvedShare = 1e-3;

    /// <summary>Checks random directions.</summary>
    /// <param name="function">Records the function on the tape it is given and returns its output, of any shape.</param>
    /// <param name="parameters">What to differentiate by; values are moved during the check and put back, gradients are forgotten.</param>
    /// <param name="seed">Decides directions and cotangents.</param>
    /// <param name="directions">How many directions, at least 1.</param>
    /// <param name="tolerance">The largest relative error that passes.</param>
    /// <returns>The worst direction.</returns>
    /// <exception cref="ArgumentException">There are no parameters, or no directions.</exception>
    public static GradientCheckResult Run(
        Func<Tape<double>, Variable<double>> function,
        IReadOnlyList<Parameter<double>> parameters,
        ulong seed = 0,
        int directions = 3,
        double tolerance = 1e-6)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(directions, 1);
        var check = new CheckedFunction(function, parameters);
        var worst = new GradientCheckResult(0, tolerance, "no direction", 0, 0);
        for (int i = 0; i < directions; i++)
        {
            double[] cotangent = RandomVector(check.OutputLength, seed, (2 * (ulong)i) + 1);
            double[] direction = RandomVector(check.ParameterLength, seed, (2 * (ulong)i) + 2);
            double[] gradient = check.Gradient(cotangent);
            TensorPrimitives.Multiply<double>(direction, check.Sizes, direction);
            double analytic = RowReduce.Dot<double>(gradient, direction);
            double numeric = check.Difference(cotangent, direction, out double scale);

            // Elements are rounded where they lie, however little the direction moves them.
            TensorPrimitives.Multiply<double>(gradient, check.Sizes, gradient);
            scale = Math.Max(scale, gradient.Length == 0 ? 0 : Math.Abs(TensorPrimitives.MaxMagnitude<double>(gradient)));
            worst = Worse(worst, analytic, numeric, scale, FormattableString.Invariant($"direction {i} of seed {seed}"));
        }

        return worst;
    }

    /// <summary>Checks every element of the Jacobian; meant for tiny shapes.</summary>
    /// <param name="function">Records the function on the tape it is given and returns its output, of any shape.</param>
    /// <param name="parameters">What to differentiate by; values are moved during the check and put back, gradients are forgotten.</param>
    /// <param name="tolerance">The largest relative error that passes.</param>
    /// <exception cref="ArgumentException">There are no parameters.</exception>
    /// <returns>The worst element.</returns>
    public static GradientCheckResult RunJacobian(
        Func<Tape<double>, Variable<double>> function, IReadOnlyList<Parameter<double>> parameters, double tolerance = 1e-6)
    {
        var check = new CheckedFunction(function, parameters);
        var worst = new GradientCheckResult(0, tolerance, "no element", 0, 0);
        double[] cotangent = new double[check.OutputLength];
        double[] direction = new double[check.ParameterLength];
        for (int output = 0; output < cotangent.Length; output++)
        {
            cotangent[output] = 1;
            double[] gradient = check.Gradient(cotangent);
            for (int element = 0; element < direction.Length; element++)
            {
                double size = direction[element] = check.Sizes[element];
                double numeric = check.Difference(cotangent, direction, out double scale) / size;
                worst = Worse(worst, gradient[element], numeric, scale / size, $"output {output} by {check.Describe(element)}");
                direction[element] = 0;
            }

            cotangent[output] = 0;
        }

        return worst;
    }

    private static GradientCheckResult Worse(GradientCheckResult worst, double analytic, double numeric, double scale, string where)
    {
        double difference = Math.Abs(analytic - numeric);
        double whole = Math.Max(ResolvedShare * scale, Math.Max(Math.Abs(analytic), Math.Abs(numeric)));

        // 0 over 0 agrees. What is no number, or infinite, never does.
        double error = difference == 0 ? 0 : double.IsFinite(whole) ? difference / whole : double.PositiveInfinity;

        return error >= worst.RelativeError ? worst with { RelativeError = error, Where = where, Analytic = analytic, Numeric = numeric } : worst;
    }

    private static double[] RandomVector(int length, ulong seed, ulong stream)
    {
        var random = new CounterRandom(seed, stream);
        double[] vector = new double[length];
        for (int i = 0; i < length; i++)
        {
            vector[i] = (2 * random.Uniform((ulong)i)) - 1;
        }

        double norm = Math.Sqrt(RowReduce.Dot<double>(vector, vector));
        for (int i = 0; i < length && norm > 0; i++)
        {
            vector[i] /= norm;
        }

        return vector;
    }
}
