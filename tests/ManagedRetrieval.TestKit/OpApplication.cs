using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.TestKit;

/// <summary>An op on parameters of its own.</summary>
internal sealed class OpApplication<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Op<T> _op;
    private readonly OpIndices _indices;
    private readonly Variable<T>[] _inputs;
    private readonly OpInput[] _given;

    public OpApplication(OpCase op, double[][] values, WorkerTeam? team = null)
    {
        _op = op.OpFor<T>();
        _indices = op.Indices;
        _given = op.Inputs;
        _inputs = new Variable<T>[op.Inputs.Length];
        Tape = new Tape<T>(team);
        Parameters = [.. op.Inputs.Select((input, i) => Make(input, values[i]))];
    }

    public Tape<T> Tape { get; }

    public Parameter<T>[] Parameters { get; }

    /// <summary>Those of which the op makes a gradient.</summary>
    public Parameter<T>[] Differentiable => [.. Parameters.Where((_, i) => !_given[i].IsConstant)];

    /// <summary>The input that goes onto the tape as a constant; −1 for none.</summary>
    public int Constant { get; init; } = -1;

    /// <summary>Whether the first parameter stands for the second input too.</summary>
    public bool FirstInputTwice { get; init; }

    public bool ConstantHasGradient => Tape.Frame(_inputs[Constant]).HasGradient;

    public Variable<T> Forward() => On(Tape);

    public Variable<T> On(Tape<T> tape)
    {
        for (int i = 0; i < Parameters.Length; i++)
        {
            _inputs[i] = i == Constant || _given[i].IsConstant ? tape.Constant(Parameters[i].Value) : tape.Parameter(Parameters[i]);
        }

        if (FirstInputTwice)
        {
            _inputs[1] = _inputs[0];
        }

        return tape.Apply(_op, _inputs, _indices);
    }

    public void Step(Tensor<T> cotangent)
    {
        Tape.Reset();
        foreach (Parameter<T> parameter in Parameters)
        {
            parameter.ZeroGradient();
        }

        Tape.Backward(Forward(), cotangent);
    }

    public double[][] Backward(double[] cotangent, int times = 1)
    {
        foreach (Parameter<T> parameter in Parameters)
        {
            parameter.ZeroGradient();
        }

        Tape.Reset();
        Variable<T> output = Forward();
        var gradient = new Tensor<T>(output.Shape);
        for (int i = 0; i < cotangent.Length; i++)
        {
            gradient.Span[i] = T.CreateChecked(cotangent[i]);
        }

        for (int i = 0; i < times; i++)
        {
            Tape.Backward(output, gradient);
        }

        return [.. Parameters.Select(parameter =>
        {
            var dense = new Tensor<T>(parameter.Value.Shape);
            parameter.AddGradientTo(dense);
            return dense.Span.ToArray().Select(double.CreateChecked).ToArray();
        })];
    }

    private static Parameter<T> Make(OpInput input, double[] values)
    {
        var tensor = new Tensor<T>(input.Shape);
        for (int i = 0; i < values.Length; i++)
        {
            tensor.Span[i] = T.CreateChecked(values[i]);
        }

        return input.IsTable ? new EmbeddingTable<T>(input.Name, tensor) : new DenseParameter<T>(input.Name, tensor);
    }
}
