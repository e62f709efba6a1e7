using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff;

/// <summary>The checks that shape rules are made of.</summary>
internal static class ShapeRule
{
    public static void Inputs(string op, ReadOnlySpan<Shape> inputs, int minimum, int maximum)
    {
        if (inputs.Length < minimum || inputs.Length > maximum)
        {
            string expected = minimum == maximum ? $"{minimum}" : $"{minimum} to {maximum}";
            throw new ArgumentException($"{op} takes {expected} input{(expected == "1" ? "" : "s")}, not {inputs.Length}.", nameof(inputs));
        }
    }

    public static void Rank(string op, string argument, Shape shape, int rank)
    {
        if (shape.Rank != rank)
        {
            throw new ArgumentException($"{op} takes {argument} of rank {rank}, not of shape {shape}.", argument);
        }
    }

    public static void Same(string op, string argument, Shape shape, Shape expected)
    {
        if (shape != expected)
        {
            throw new ArgumentException($"{op} needs {argument} of shape {expected}, not {shape}.", argument);
        }
    }

    /// <summary>A number for each of <paramref name="length"/> rows, as a vector or as a matrix of one column.</summary>
    public static void OnePerRow(string op, string argument, Shape shape, int length)
    {
        if (shape != new Shape(length) && shape != new Shape(length, 1))
        {
            throw new ArgumentException($"{op} needs {argument} of shape {new Shape(length)} or {new Shape(length, 1)}, not {shape}.", argument);
        }
    }

    public static void Length(string op, string argument, int length, int expected)
    {
        if (length != expected)
        {
            throw new ArgumentException($"{op} needs {expected} {argument}, not {length}.", argument);
        }
    }

    public static void InRange(string op, string argument, ReadOnlySpan<int> values, int bound)
    {
        // One look at many at a time; only what is wrong is looked for one by one.
        if (bound > 0 && !values.ContainsAnyExceptInRange(0, bound - 1))
        {
            return;
        }

        for (int i = 0; i < values.Length; i++)
        {
            if ((uint)values[i] >= (uint)bound)
            {
                throw new ArgumentOutOfRangeException(
                    argument, $"{op} needs {argument} from 0 to {bound - 1}, but number {i} is {values[i]}.");
            }
        }
    }

    /// <summary>Offsets of lists, and the numbers on them.</summary>
    public static void Ragged(string op, string argument, OpIndices indices, int bound)
    {
        Segments(op, argument, indices, indices.Values.Length);
        InRange(op, argument, indices.Values.Span, bound);
    }

    /// <summary>Offsets of segments that lie one after the other.</summary>
    public static void Segments(string op, string argument, OpIndices indices, int length)
    {
        ReadOnlySpan<int> offsets = indices.Offsets.Span;
        if (offsets.IsEmpty || offsets[0] != 0 || offsets[^1] != length)
        {
            string came = offsets.IsEmpty ? "none" : $"from {offsets[0]} to {offsets[^1]}";
            throw new ArgumentException($"{op} needs offsets from 0 to {length}, the number of {argument}, but they are {came}.", nameof(indices));
        }

        for (int i = 1; i < offsets.Length; i++)
        {
            if (offsets[i] < offsets[i - 1])
            {
                throw new ArgumentException($"{op} needs ascending offsets, but offset {i} is {offsets[i]} after {offsets[i - 1]}.", nameof(indices));
            }
        }
    }
}
