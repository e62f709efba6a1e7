using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff;

/// <summary>A function under a gradient check, seen as s(x) = ⟨u, f(x)⟩ with x all parameters laid end to end.</summary>
internal sealed class CheckedFunction
{
    /// <summary>The relative step: near the cube root of the unit roundoff of double, where truncation and rounding balance.</summary>
    private const double RelativeStep = 1e-5;

    private readonly Func<Tape<double>, Variable<double>> _function;
    private readonly IReadOnlyList<Parameter<double>> _parameters;
    private readonly Tape<double> _tape = new();

    public CheckedFunction(Func<Tape<double>, Variable<double>> function, IReadOnlyList<Parameter<double>> parameters)
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
        Sizes = new double[ParameterLength];
        int start = 0;
        foreach (Parameter<double> parameter in parameters)
        {
            foreach (double value in parameter.Value.Span)
            {
                Sizes[start++] = Math.Max(1, Math.Abs(value));
            }
        }
    }

    /// <summary>What a step of each element is relative to: max(1, |x|).</summary>
    public double[] Sizes { get; }

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

    /// <summary>The central difference of s along a direction; the scale is Σ |u_i f_i|, which s is rounded by.</summary>
    public double Difference(double[] cotangent, double[] direction, out double scale)
    {
        double[][] kept = [.. _parameters.Select(parameter => parameter.Value.Span.ToArray())];
        try
        {
            Move(kept, direction, RelativeStep);
            double above = Evaluate(cotangent, out double scaleAbove);
            Move(kept, direction, -RelativeStep);
            double below = Evaluate(cotangent, out double scaleBelow);
            scale = Math.Max(scaleAbove, scaleBelow);
            return (above - below) / (2 * RelativeStep);
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
                return FormattableString.Invariant($"element {element} of '{parameter.Name}'");
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

    private double Evaluate(double[] cotangent, out double scale)
    {
        ReadOnlySpan<double> output = Output().Value.Span;
        double sum = RowReduce.Dot<double>(output, cotangent);
        scale = 0;
        for (int i = 0; i < cotangent.Length; i++)
        {
            scale += Math.Abs(cotangent[i] * output[i]);
        }

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
