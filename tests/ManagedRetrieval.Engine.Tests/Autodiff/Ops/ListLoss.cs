using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

/// <summary>A loss over lists of positives, with the loss of one row as its formula says it.</summary>
/// <param name="InDouble">The op in double.</param>
/// <param name="InFloat">The op in float.</param>
/// <param name="Row">From a row of logits, of which −∞ ones are removed, and its list.</param>
public sealed record ListLoss(Op<double> InDouble, Op<float> InFloat, Func<double[], int[], double> Row)
{
    /// <summary>A random case without removed entries.</summary>
    public OpCase Case(Draw draw)
    {
        (int rows, int width) = (draw.Length(minimum: 0), draw.Length());
        OpIndices lists = Lists(draw, rows, width);
        return new OpCase
        {
            Op = (InDouble, InFloat),
            Inputs = [new OpInput("logits", new Shape(rows, width), Domain.Spaced)],
            Indices = lists,
            Output = new Shape(rows),
            Reference = inputs => Losses(inputs[0], lists, width),
        };
    }

    public double[] Losses(double[] logits, OpIndices lists, int width)
    {
        double[] losses = new double[lists.Offsets.Length - 1];
        for (int i = 0; i < losses.Length; i++)
        {
            losses[i] = Row(logits[(i * width)..((i + 1) * width)], List(lists, i));
        }

        return losses;
    }

    public static int[] List(OpIndices lists, int row) => lists.Values.Span[lists.Offsets.Span[row]..lists.Offsets.Span[row + 1]].ToArray();

    /// <summary>For each row one or more columns, none twice, in any order; now and then all.</summary>
    public static OpIndices Lists(Draw draw, int rows, int width)
    {
        List<int> values = [];
        List<int> offsets = [0];
        for (int i = 0; i < rows; i++)
        {
            values.AddRange(Shuffled(draw, width)[..draw.OneOf(1, draw.Between(1, Math.Min(3, width)), draw.Between(1, width))]);
            offsets.Add(values.Count);
        }

        return new OpIndices(values.ToArray(), offsets.ToArray());
    }

    /// <summary>For each row some columns that are not on its list; now and then none, or all that are left.</summary>
    public static OpIndices Removals(Draw draw, OpIndices lists, int width)
    {
        List<int> values = [];
        List<int> offsets = [0];
        for (int i = 0; i < lists.Offsets.Length - 1; i++)
        {
            int[] others = [.. Shuffled(draw, width).Except(List(lists, i))];
            values.AddRange(others[..draw.Between(0, others.Length)]);
            offsets.Add(values.Count);
        }

        return new OpIndices(values.ToArray(), offsets.ToArray());
    }

    private static int[] Shuffled(Draw draw, int width)
    {
        int[] columns = [.. Enumerable.Range(0, width)];
        for (int j = width - 1; j > 0; j--)
        {
            int other = draw.Below(j + 1);
            (columns[j], columns[other]) = (columns[other], columns[j]);
        }

        return columns;
    }
}
