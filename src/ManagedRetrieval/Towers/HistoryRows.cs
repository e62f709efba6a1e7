using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Towers;

/// <summary>What encoders derive from the offsets of sequences, in memory of the tape.</summary>
internal static class HistoryRows
{
    /// <exception cref="ArgumentException">The rows have another width than <paramref name="width"/>, or the offsets do not ascend from 0 to their number.</exception>
    public static void Check<T>(string encoder, Variable<T> rows, ReadOnlyMemory<int> offsets, int width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ShapeRule.Rank(encoder, nameof(rows), rows.Shape, 2);
        ShapeRule.Same(encoder, nameof(rows), rows.Shape, new Shape(rows.Shape.Rows, width));
        ShapeRule.Segments(encoder, nameof(rows), new OpIndices(default, offsets), rows.Shape.Rows);
    }

    /// <summary>For each row one over the number of rows of its sequence.</summary>
    public static Variable<T> MeanWeights<T>(Tape<T> tape, ReadOnlySpan<int> offsets)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor<T> weights = tape.Allocate(new Shape(offsets[^1]));
        for (int sequence = 0; sequence + 1 < offsets.Length; sequence++)
        {
            int length = offsets[sequence + 1] - offsets[sequence];
            weights.Span.Slice(offsets[sequence], length).Fill(T.One / T.CreateChecked(length));
        }

        return tape.Constant(weights);
    }

    /// <summary>For each row 1 where it is the last of its sequence, else 0.</summary>
    public static Variable<T> LastWeights<T>(Tape<T> tape, ReadOnlySpan<int> offsets)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor<T> weights = tape.Allocate(new Shape(offsets[^1]));
        weights.Span.Clear();
        for (int sequence = 0; sequence + 1 < offsets.Length; sequence++)
        {
            if (offsets[sequence] < offsets[sequence + 1])
            {
                weights.Span[offsets[sequence + 1] - 1] = T.One;
            }
        }

        return tape.Constant(weights);
    }

    /// <summary>For each row how many rows of its sequence come after it, but at most <paramref name="farthest"/>.</summary>
    public static ReadOnlyMemory<int> DistancesFromEnd<T>(Tape<T> tape, ReadOnlySpan<int> offsets, int farthest)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Memory<int> distances = tape.AllocateIndices(offsets[^1]);
        for (int sequence = 0; sequence + 1 < offsets.Length; sequence++)
        {
            int last = offsets[sequence + 1] - 1;
            for (int row = offsets[sequence]; row <= last; row++)
            {
                distances.Span[row] = Math.Min(last - row, farthest);
            }
        }

        return distances;
    }
}
