using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Towers;

/// <summary>What must hold for whatever maps rows to rows by parameters of its own.</summary>
internal static class LayerChecks
{
    /// <summary>Gives every parameter values in [−1, 1): zeros and ones, which biases and gains begin with, hide mistakes.</summary>
    public static void Fill<T>(IReadOnlyList<Parameter<T>> parameters, Draw draw)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (Parameter<T> parameter in parameters)
        {
            double[] values = draw.Values(parameter.Value.Shape.Length);
            for (int i = 0; i < values.Length; i++)
            {
                parameter.Value.Span[i] = T.CreateChecked(values[i] / 2);
            }
        }
    }

    /// <summary>Gradients of the input and of every parameter agree with central differences.</summary>
    public static void Gradients(
        Func<Variable<double>, Variable<double>> apply, IReadOnlyList<Parameter<double>> parameters, Tensor<double> x, ulong seed)
    {
        var input = new DenseParameter<double>("x", x);
        GradientCheck.Run(tape => apply(tape.Parameter(input)), [input, .. parameters], seed).ThrowIfFailed();
    }

    /// <summary>Each row of the output has the bits that it has alone.</summary>
    public static void SameBitsForEachRowAlone(Layer<float> layer, Tensor<float> x)
    {
        Tensor<float> together = layer.Apply(new Tape<float>().Constant(x)).Value;
        for (int i = 0; i < x.Shape.Rows; i++)
        {
            Agree.Exactly<float>($"row {i}", layer.Apply(new Tape<float>().Constant(x.Rows(i, 1))).Value.Span, together.Row(i));
        }
    }

    /// <summary>Output and gradients have the same bits on one worker and on three.</summary>
    public static void SameBitsForAnyWorkers(Func<Variable<float>, Variable<float>> apply, IReadOnlyList<Parameter<float>> parameters, Tensor<float> x)
    {
        using var team = new WorkerTeam(3);
        float[][] alone = Step(null), shared = Step(team);
        for (int i = 0; i < alone.Length; i++)
        {
            Agree.Exactly<float>(i switch { 0 => "output", 1 => "gradient of x", _ => $"gradient of '{parameters[i - 2].Name}'" }, alone[i], shared[i]);
        }

        float[][] Step(WorkerTeam? workers)
        {
            var tape = new Tape<float>(workers);
            Variable<float> input = tape.Input(x);
            Variable<float> output = apply(input);
            tape.Backward(output, new Draw(9, 4).Tensor<float>(output.Shape));
            return [output.Value.Span.ToArray(), input.Gradient.Span.ToArray(), .. parameters.Select(TakeGradient)];
        }
    }

    /// <summary>The gradient, which is then forgotten.</summary>
    private static float[] TakeGradient(Parameter<float> parameter)
    {
        var gradient = new Tensor<float>(parameter.Value.Shape);
        parameter.AddGradientTo(gradient);
        parameter.ZeroGradient();
        return gradient.Span.ToArray();
    }
}
