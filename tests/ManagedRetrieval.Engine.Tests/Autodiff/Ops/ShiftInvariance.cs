using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

/// <summary>A loss of differences does not see a constant that is added to all logits of a row.</summary>
internal static class ShiftInvariance
{
    public static void Check(Draw draw, Func<Variable<double>, OpIndices, Variable<double>> loss)
    {
        (int rows, int width) = (draw.Length(), draw.Length());
        OpIndices lists = ListLoss.Lists(draw, rows, width), removals = ListLoss.Removals(draw, lists, width);
        Tensor<double> values = draw.Tensor<double>(new Shape(rows, width), Domain.Spaced), shifted = values.Clone();
        double shift = draw.Uniform(-50, 50);
        Add(shifted.Span, shift);
        (double[] losses, double[] gradient) = Step(values);
        (double[] otherLosses, double[] otherGradient) = Step(shifted);
        Agree.InNorm<double>("losses", losses, otherLosses, 1e-12, 1);
        Agree.InNorm<double>("gradient", gradient, otherGradient, 1e-12, 1);
        for (int i = 0; i < rows; i++)
        {
            Assert.Equal(0, gradient[(i * width)..((i + 1) * width)].Sum(), 1e-14);
        }

        (double[] Losses, double[] Gradient) Step(Tensor<double> logits)
        {
            var tape = new Tape<double>();
            Variable<double> x = tape.Input(logits);
            Variable<double> losses = loss(x.RemoveEntries(removals.Values, removals.Offsets), lists);
            tape.Backward(losses.Sum());
            return (losses.Value.Span.ToArray(), x.Gradient.Span.ToArray());
        }
    }

    private static void Add(Span<double> values, double shift)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] += shift;
        }
    }
}
