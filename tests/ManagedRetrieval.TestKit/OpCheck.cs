using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.TestKit;

/// <summary>Everything that must hold for every op.</summary>
/// <remarks>
/// Shape rule; forward against the reference; gradient by random directions and, for tiny shapes, by full Jacobian;
/// adjoint identity where the op is linear; gradients that add to what is there; float against double; the same bits
/// for one worker and several; no allocation once warm.
/// </remarks>
public static class OpCheck
{
    private const int TinyJacobian = 300;

    /// <param name="draw">Builds a random case.</param>
    /// <param name="pinned">Seeds that failed once.</param>
    public static void Run(Func<Draw, OpCase> draw, params ReadOnlySpan<ulong> pinned)
    {
        RandomCases.Check(d => Check(draw(d), d), cases: 100, size: 12, pinned);
        RandomCases.Check(
            d =>
            {
                OpCase op = draw(d);
                Workers_make_no_difference<double>(op, d);
                Workers_make_no_difference<float>(op, d);
            },
            cases: 8,
            size: 160);
        Nothing_is_allocated_once_warm(draw(new Draw(3, 40)), new Draw(4, 40));
    }

    private static void Check(OpCase op, Draw draw)
    {
        double[][] values = [.. op.Inputs.Select(input => draw.Values(input.Shape.Length, input.Domain))];
        double[] expected = op.Reference(values);
        Application<double> exact = new(op, values);
        double[] cotangent = draw.Values(op.Output.Length);

        Forward_agrees(op, expected, exact);
        Gradient_agrees(op, exact, draw.Seed);
        double[][] gradients = exact.Backward(cotangent);
        Linear_inputs_satisfy_the_adjoint_identity(op, values, cotangent, gradients, draw);
        Gradients_add_up(exact, cotangent, gradients);
        Float_agrees_with_double(op, values, expected, cotangent, gradients);
    }

    private static void Forward_agrees(OpCase op, double[] expected, Application<double> exact)
    {
        Variable<double> output = exact.Forward();
        Assert.True(output.Shape == op.Output, $"shape rule: expected {op.Output}, got {output.Shape}");
        Agree.InNorm<double>("forward", expected, output.Value.Span, 1e-12);
        exact.Tape.Reset();
    }

    private static void Gradient_agrees(OpCase op, Application<double> exact, ulong seed)
    {
        if (op.Output.Length == 0 || op.Inputs.Sum(input => input.Shape.Length) == 0)
        {
            return;
        }

        GradientCheckResult result = GradientCheck.Run(exact.On, exact.Parameters, seed);
        Assert.True(result.Passed, result.ToString());
        if (op.Output.Length * op.Inputs.Sum(input => input.Shape.Length) <= TinyJacobian)
        {
            result = GradientCheck.RunJacobian(exact.On, exact.Parameters);
            Assert.True(result.Passed, result.ToString());
        }
    }

    private static void Linear_inputs_satisfy_the_adjoint_identity(
        OpCase op, double[][] values, double[] cotangent, double[][] gradients, Draw draw)
    {
        foreach (int input in op.LinearIn)
        {
            double[] direction = draw.Values(op.Inputs[input].Shape.Length);
            double[][] moved = [.. values];
            moved[input] = direction;
            ReadOnlySpan<double> image = new Application<double>(op, moved).Forward().Value.Span;
            double left = 0, size = 0;
            for (int i = 0; i < cotangent.Length; i++)
            {
                left += cotangent[i] * image[i];
                size += Math.Abs(cotangent[i] * image[i]);
            }

            double right = 0;
            for (int i = 0; i < direction.Length; i++)
            {
                right += gradients[input][i] * direction[i];
            }

            Assert.True(Math.Abs(left - right) <= 1e-12 * (1 + size), $"adjoint identity in input {input}: ⟨u, Av⟩ = {left:g17}, ⟨Aᵀu, v⟩ = {right:g17}");
        }
    }

    private static void Gradients_add_up(Application<double> exact, double[] cotangent, double[][] gradients)
    {
        double[][] twice = exact.Backward(cotangent, times: 2);
        for (int i = 0; i < gradients.Length; i++)
        {
            double[] doubled = [.. gradients[i].Select(value => 2 * value)];
            Agree.InNorm<double>($"gradient {i} after two passes", doubled, twice[i], 1e-13);
        }
    }

    private static void Float_agrees_with_double(
        OpCase op, double[][] values, double[] expected, double[] cotangent, double[][] gradients)
    {
        var single = new Application<float>(op, values);
        Agree.InNorm<float>("forward in float", expected, single.Forward().Value.Span, 2e-5);
        single.Tape.Reset();
        double[][] singles = single.Backward(cotangent);
        for (int i = 0; i < gradients.Length; i++)
        {
            Agree.InNorm<double>($"gradient {i} in float", gradients[i], singles[i], 2e-4);
        }
    }

    private static void Workers_make_no_difference<T>(OpCase op, Draw draw)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[][] values = [.. op.Inputs.Select(input => draw.Values(input.Shape.Length, input.Domain))];
        double[] cotangent = draw.Values(op.Output.Length);
        using var team = new WorkerTeam(3);
        var alone = new Application<T>(op, values);
        var shared = new Application<T>(op, values, team);
        Agree.Exactly<T>("output with three workers", alone.Forward().Value.Span, shared.Forward().Value.Span);
        double[][] expected = alone.Backward(cotangent);
        double[][] actual = shared.Backward(cotangent);
        for (int i = 0; i < expected.Length; i++)
        {
            Agree.Exactly<double>($"gradient {i} with three workers", expected[i], actual[i]);
        }
    }

    private static void Nothing_is_allocated_once_warm(OpCase op, Draw draw)
    {
        double[][] values = [.. op.Inputs.Select(input => draw.Values(input.Shape.Length, input.Domain))];
        var application = new Application<float>(op, values);
        var cotangent = new Tensor<float>(op.Output);
        cotangent.Span.Fill(1);
        long allocated = long.MaxValue;
        for (int i = 0; i < 10; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            application.Step(cotangent);
            allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.True(allocated == 0, $"a warm step allocates {allocated} bytes");
    }

    /// <summary>An op on parameters of its own.</summary>
    private sealed class Application<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Op<T> _op;
        private readonly OpIndices _indices;
        private readonly Variable<T>[] _inputs;

        public Application(OpCase op, double[][] values, WorkerTeam? team = null)
        {
            _op = op.OpFor<T>();
            _indices = op.Indices;
            _inputs = new Variable<T>[op.Inputs.Length];
            Tape = new Tape<T>(team);
            Parameters = [.. op.Inputs.Select((input, i) => Make(input, values[i]))];
        }

        public Tape<T> Tape { get; }

        public Parameter<T>[] Parameters { get; }

        public Variable<T> Forward() => On(Tape);

        public Variable<T> On(Tape<T> tape)
        {
            for (int i = 0; i < Parameters.Length; i++)
            {
                _inputs[i] = tape.Parameter(Parameters[i]);
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
}
