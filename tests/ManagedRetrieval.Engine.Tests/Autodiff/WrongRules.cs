using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Tests.Autodiff;

/// <summary>The element-wise product with a backward rule that may be wrong.</summary>
/// <param name="factor">What the gradients are multiplied by; 1 is right.</param>
/// <param name="overwrites">Whether gradients replace what is there in place of adding to it.</param>
internal sealed class Product(double factor, bool overwrites = false) : Op<double>
{
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices) => inputs[0];

    public override void Forward(OpFrame<double> frame)
    {
        for (int i = 0; i < frame.Output.Shape.Length; i++)
        {
            frame.Output.Span[i] = frame.Input(0).Span[i] * frame.Input(1).Span[i];
        }
    }

    public override void Backward(OpFrame<double> frame)
    {
        for (int input = 0; input < 2; input++)
        {
            Span<double> target = frame.InputGradient(input).Span;
            for (int i = 0; i < target.Length; i++)
            {
                double kept = overwrites ? 0 : target[i];
                target[i] = kept + (factor * frame.OutputGradient.Span[i] * frame.Input(1 - input).Span[i]);
            }
        }
    }
}

/// <summary>An embedding look-up whose gradient goes to the row <paramref name="shift"/> below; 0 is right.</summary>
internal sealed class ShiftedLookup(int shift) : Op<double>
{
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices) => inputs[0].WithRows(indices.Values.Length);

    public override void Forward(OpFrame<double> frame)
    {
        for (int i = 0; i < frame.Output.Shape.Rows; i++)
        {
            frame.Input(0).Row(frame.Indices.Values.Span[i]).CopyTo(frame.Output.Row(i));
        }
    }

    public override void Backward(OpFrame<double> frame)
    {
        int rows = frame.Input(0).Shape.Rows;
        int[] shifted = [.. frame.Indices.Values.ToArray().Select(id => (id + shift) % rows)];
        frame.InputRowGradient(0).Add(shifted, [.. Enumerable.Range(0, shifted.Length)], frame.OutputGradient);
    }
}

/// <summary>A vector scaled to length 1, whose backward rule may lack the projection onto the tangent.</summary>
internal sealed class Normalize(bool projects) : Op<double>
{
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices) => inputs[0];

    public override void Forward(OpFrame<double> frame)
    {
        double length = Length(frame);
        for (int i = 0; i < frame.Output.Shape.Length; i++)
        {
            frame.Output.Span[i] = frame.Input(0).Span[i] / length;
        }
    }

    public override void Backward(OpFrame<double> frame)
    {
        double along = 0;
        for (int i = 0; projects && i < frame.Output.Shape.Length; i++)
        {
            along += frame.Output.Span[i] * frame.OutputGradient.Span[i];
        }

        for (int i = 0; i < frame.Output.Shape.Length; i++)
        {
            frame.InputGradient(0).Span[i] += (frame.OutputGradient.Span[i] - (along * frame.Output.Span[i])) / Length(frame);
        }
    }

    private static double Length(OpFrame<double> frame) => Math.Sqrt(frame.Input(0).Span.ToArray().Sum(value => value * value));
}

/// <summary>Zero, with a gradient of <paramref name="slope"/>.</summary>
internal sealed class Zero(double slope) : Op<double>
{
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices) => inputs[0];

    public override void Forward(OpFrame<double> frame) => frame.Output.Span.Clear();

    public override void Backward(OpFrame<double> frame)
    {
        for (int i = 0; i < frame.Output.Shape.Length; i++)
        {
            frame.InputGradient(0).Span[i] += slope * frame.OutputGradient.Span[i];
        }
    }
}

/// <summary>The identity, but the sine of the last element, whose gradient is multiplied by <paramref name="factor"/>; 1 is right.</summary>
internal sealed class SineOfLast(double factor) : Op<double>
{
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices) => inputs[0];

    public override void Forward(OpFrame<double> frame)
    {
        frame.Input(0).Span.CopyTo(frame.Output.Span);
        frame.Output.Span[^1] = Math.Sin(frame.Input(0).Span[^1]);
    }

    public override void Backward(OpFrame<double> frame)
    {
        for (int i = 0; i < frame.Output.Shape.Length; i++)
        {
            double slope = i == frame.Output.Shape.Length - 1 ? factor * Math.Cos(frame.Input(0).Span[i]) : 1;
            frame.InputGradient(0).Span[i] += slope * frame.OutputGradient.Span[i];
        }
    }
}

/// <summary>[x₀ · sin x₁], whose rule may lack the derivative by the second element.</summary>
internal sealed class FirstBySineOfLast(bool whole) : Op<double>
{
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices) => new(1);

    public override void Forward(OpFrame<double> frame) => frame.Output.Span[0] = frame.Input(0).Span[0] * Math.Sin(frame.Input(0).Span[1]);

    public override void Backward(OpFrame<double> frame)
    {
        (double x, double y, double u) = (frame.Input(0).Span[0], frame.Input(0).Span[1], frame.OutputGradient.Span[0]);
        frame.InputGradient(0).Span[0] += u * Math.Sin(y);
        frame.InputGradient(0).Span[1] += whole ? u * x * Math.Cos(y) : 0;
    }
}
