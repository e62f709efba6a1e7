using System.Globalization;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff;

/// <summary>Compares the gradients that backward computes with central differences, in double.</summary>
/// <remarks>
/// With x all parameters laid end to end, v a random unit direction and u a random cotangent of the output,
/// s(x) = ⟨u, f(x)⟩ must satisfy ⟨∇s(x), v⟩ = (s(x + h·v) − s(x − h·v)) / 2h up to O(h²). One direction sees every
/// element at the price of two forward passes; the full Jacobian, for tiny shapes, also sees which element is wrong.
/// f must be smooth around x, and the same each time it is called.
/// </remarks>
public static class GradientCheck
{
    /// <summary>The relative step: near the cube root of the unit roundoff of double, where truncation and rounding balance.</summary>
    private const double RelativeStep = 1e-5;

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
        var check = new Check(function, parameters);
        var worst = new GradientCheckResult(0, tolerance, "no direction", 0, 0);
        for (int i = 0; i < directions; i++)
        {
            double[] cotangent = RandomVector(check.OutputLength, seed, (2 * (ulong)i) + 1);
            double[] direction = RandomVector(check.ParameterLength, seed, (2 * (ulong)i) + 2);
            double[] gradient = check.Gradient(cotangent);
            double analytic = RowReduce.Dot<double>(gradient, direction);
            double numeric = check.Difference(cotangent, direction, out double scale);
            worst = Worse(worst, analytic, numeric, scale, string.Create(CultureInfo.InvariantCulture, $"direction {i} of seed {seed}"));
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
        var check = new Check(function, parameters);
        var worst = new GradientCheckResult(0, tolerance, "no element", 0, 0);
        double[] cotangent = new double[check.OutputLength];
        double[] direction = new double[check.ParameterLength];
        for (int output = 0; output < cotangent.Length; output++)
        {
            cotangent[output] = 1;
            double[] gradient = check.Gradient(cotangent);
            for (int element = 0; element < direction.Length; element++)
            {
                direction[element] = 1;
                double numeric = check.Difference(cotangent, direction, out double scale);
                worst = Worse(worst, gradient[element], numeric, scale, $"output {output} by {check.Describe(element)}");
                direction[element] = 0;
            }

            cotangent[output] = 0;
        }

        return worst;
    }

    private static GradientCheckResult Worse(GradientCheckResult worst, double analytic, double numeric, double scale, string where)
    {
        // Rounding of s limits what the difference can resolve, so a derivative far below s itself is compared with s.
        double floor = 1e-3 * Math.Max(1, scale);
        double error = Math.Abs(analytic - numeric) / Math.Max(floor, Math.Max(Math.Abs(analytic), Math.Abs(numeric)));
        if (double.IsNaN(error))
        {
            error = double.PositiveInfinity;
        }

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

    private sealed class Check
    {
        private readonly Func<Tape<double>, Variable<double>> _function;
        private readonly IReadOnlyList<Parameter<double>> _parameters;
        private readonly Tape<double> _tape = new();

        public Check(Func<Tape<double>, Variable<double>> function, IReadOnlyList<Parameter<double>> parameters)
        {
            ArgumentNullException.ThrowIfNull(function);
            ArgumentNullException.ThrowIfNull(parameters);
            if (parameters.Count == 0)
            {
                throw new ArgumentException("There is nothing to differentiate by.", nameof(parameters));
            }

            if (parameters.Any(parameter => parameter is null) || parameters.Distinct().Count() != parameters.Count)
            {
                throw new ArgumentException("A parameter is null or stands there twice.", nameof(parameters));
            }

            (_function, _parameters) = (function, parameters);
            ParameterLength = parameters.Sum(parameter => parameter.Value.Shape.Length);
            OutputLength = function(_tape).Shape.Length;
            _tape.Reset();
        }

        public int ParameterLength { get; }

        public int OutputLength { get; }

        public double[] Gradient(double[] cotangent)
        {
            foreach (Parameter<double> parameter in _parameters)
            {
                parameter.ZeroGradient();
            }

            Variable<double> output = Output();
            _tape.Backward(output, new Tensor<double>(output.Shape, cotangent));
            double[] gradient = new double[ParameterLength];
            int start = 0;
            foreach (Parameter<double> parameter in _parameters)
            {
                var part = new Tensor<double>(parameter.Value.Shape, gradient.AsMemory(start, parameter.Value.Shape.Length));
                parameter.AddGradientTo(part);
                parameter.ZeroGradient();
                start += part.Shape.Length;
            }

            _tape.Reset();
            return gradient;
        }

        public double Difference(double[] cotangent, double[] direction, out double scale)
        {
            double largest = _parameters.Max(parameter => parameter.Value.Shape.Length == 0 ? 0 : TensorPrimitives.MaxMagnitude<double>(parameter.Value.Span));
            double step = RelativeStep * Math.Max(1, Math.Abs(largest));
            double[][] kept = [.. _parameters.Select(parameter => parameter.Value.Span.ToArray())];
            try
            {
                Move(kept, direction, step);
                double above = Evaluate(cotangent);
                Move(kept, direction, -step);
                double below = Evaluate(cotangent);
                scale = Math.Max(Math.Abs(above), Math.Abs(below));
                return (above - below) / (2 * step);
            }
            finally
            {
                Move(kept, direction, 0);
            }
        }

        public string Describe(int element)
        {
            foreach (Parameter<double> parameter in _parameters)
            {
                if (element < parameter.Value.Shape.Length)
                {
                    return string.Create(CultureInfo.InvariantCulture, $"element {element} of '{parameter.Name}'");
                }

                element -= parameter.Value.Shape.Length;
            }

            return "no element";
        }

        private void Move(double[][] kept, double[] direction, double step)
        {
            int start = 0;
            for (int i = 0; i < kept.Length; i++)
            {
                Span<double> values = _parameters[i].Value.Span;
                for (int j = 0; j < values.Length; j++)
                {
                    values[j] = step == 0 ? kept[i][j] : kept[i][j] + (step * direction[start + j]);
                }

                start += values.Length;
            }
        }

        private double Evaluate(double[] cotangent)
        {
            double sum = RowReduce.Dot<double>(Output().Value.Span, cotangent);
            _tape.Reset();
            return sum;
        }

        private Variable<double> Output()
        {
            Variable<double> output = _function(_tape);
            return output.Shape.Length == OutputLength
                ? output
                : throw new InvalidOperationException($"The function gave {OutputLength} numbers first and {output.Shape.Length} later; it must be the same each time.");
        }
    }
}
