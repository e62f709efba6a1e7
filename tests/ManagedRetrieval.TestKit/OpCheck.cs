using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.TestKit;

/// <summary>Everything that must hold for every op.</summary>
/// <remarks>
/// Shape rule; forward against the reference; gradient by random directions and, for tiny shapes, by full Jacobian;
/// adjoint identity where the op is linear; gradients that add to what is there; float against double; constants get no
/// gradient and change nobody else's; one value as two inputs; inputs are not written to; the same bits for one worker
/// and several; no allocation once warm.
/// </remarks>
public static class OpCheck
{
    private const int TinyJacobian = 300;

    /// <param name="draw">Builds a random case.</param>
    /// <param name="pinned">Cases that failed once, as the failure names them.</param>
    public static void Run(Func<Draw, OpCase> draw, params ReadOnlySpan<(ulong Seed, int Size)> pinned)
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
        OpApplication<double> exact = new(op, values);
        double[] cotangent = draw.Values(op.Output.Length);

        Forward_agrees(op, values, expected, exact);
        Gradient_agrees(op, exact, draw.Seed);
        double[][] gradients = exact.Backward(cotangent);
        for (int i = 0; i < values.Length; i++)
        {
            Agree.Exactly<double>($"input {i} after a step", values[i], exact.Parameters[i].Value.Span);
        }

        Linear_inputs_satisfy_the_adjoint_identity(op, values, cotangent, gradients, draw);
        Gradients_add_up(exact, cotangent, gradients);
        Float_agrees_with_double(op, values, expected, cotangent, gradients);
        Constants_get_no_gradient_work(op, values, cotangent, gradients);
        An_input_used_twice_gets_both_gradients(op, values, cotangent);
    }

    private static void Forward_agrees(OpCase op, double[][] values, double[] expected, OpApplication<double> exact)
    {
        Variable<double> output = exact.Forward();
        Assert.True(output.Shape == op.Output, $"shape rule: expected {op.Output}, got {output.Shape}");
        Agree.InNorm<double>("forward", expected, output.Value.Span, 1e-12, Floor(values));
        exact.Tape.Reset();
    }

    private static void Gradient_agrees(OpCase op, OpApplication<double> exact, ulong seed)
    {
        if (op.Output.Length == 0 || op.Inputs.Sum(input => input.Shape.Length) == 0)
        {
            return;
        }

        GradientCheckResult result = GradientCheck.Run(exact.On, exact.Differentiable, seed, tolerance: op.GradientTolerance);
        Assert.True(result.Passed, result.ToString());
        if (op.Output.Length * op.Inputs.Sum(input => input.Shape.Length) <= TinyJacobian)
        {
            result = GradientCheck.RunJacobian(exact.On, exact.Differentiable, op.GradientTolerance);
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
            ReadOnlySpan<double> image = new OpApplication<double>(op, moved).Forward().Value.Span;
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

    private static void Gradients_add_up(OpApplication<double> exact, double[] cotangent, double[][] gradients)
    {
        double[][] twice = exact.Backward(cotangent, times: 2);
        for (int i = 0; i < gradients.Length; i++)
        {
            double[] doubled = [.. gradients[i].Select(value => 2 * value)];
            Agree.InNorm<double>($"gradient {i} after two passes", doubled, twice[i], 1e-12, Floor(cotangent));
        }
    }

    private static void Float_agrees_with_double(
        OpCase op, double[][] values, double[] expected, double[] cotangent, double[][] gradients)
    {
        var single = new OpApplication<float>(op, values);
        Agree.InNorm<float>("forward in float", expected, single.Forward().Value.Span, 2e-5, Floor(values));
        single.Tape.Reset();
        double[][] singles = single.Backward(cotangent);
        for (int i = 0; i < gradients.Length; i++)
        {
            Agree.InNorm<double>($"gradient {i} in float", gradients[i], singles[i], 2e-4, Floor(cotangent));
        }
    }

    /// <summary>Where terms of the size of what went in cancel, as in a sum or for a normalised row of one element, only their rounding is left.</summary>
    private static double Floor(params double[][] values) => 1e-2 * Math.Max(1, Math.Sqrt(values.Sum(part => part.Sum(value => value * value))));

    private static void Constants_get_no_gradient_work(OpCase op, double[][] values, double[] cotangent, double[][] gradients)
    {
        for (int constant = 0; constant < op.Inputs.Length; constant++)
        {
            if (op.Inputs[constant].IsTable)
            {
                continue;
            }

            var application = new OpApplication<double>(op, values) { Constant = constant };
            double[][] others = application.Backward(cotangent);
            Assert.False(application.ConstantHasGradient, $"input {constant} is a constant, but backward made it a gradient");
            for (int i = 0; i < gradients.Length; i++)
            {
                double[] expected = i == constant ? new double[gradients[i].Length] : gradients[i];
                Agree.Exactly<double>($"gradient {i} while input {constant} is a constant", expected, others[i]);
            }
        }
    }

    private static void An_input_used_twice_gets_both_gradients(OpCase op, double[][] values, double[] cotangent)
    {
        if (op.Inputs is not [OpInput first, OpInput second] || first.Shape != second.Shape || first.Domain != second.Domain)
        {
            return;
        }

        double[][] same = [values[0], values[0]];
        double[][] apart = new OpApplication<double>(op, same).Backward(cotangent);
        double[][] shared = new OpApplication<double>(op, same) { FirstInputTwice = true }.Backward(cotangent);
        double[] both = [.. apart[0].Zip(apart[1], (one, other) => one + other)];
        Agree.InNorm<double>("gradient of a value used twice", both, shared[0], 1e-12, Floor(cotangent));
    }

    private static void Workers_make_no_difference<T>(OpCase op, Draw draw)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[][] values = [.. op.Inputs.Select(input => draw.Values(input.Shape.Length, input.Domain))];
        double[] cotangent = draw.Values(op.Output.Length);
        using var team = new WorkerTeam(3);
        var alone = new OpApplication<T>(op, values);
        var shared = new OpApplication<T>(op, values, team);
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
        var application = new OpApplication<float>(op, values);
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
}
