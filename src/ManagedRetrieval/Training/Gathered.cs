using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Training;

/// <summary>Named elements of a list, in the order named.</summary>
internal static class Gathered
{
    public static void Into<TValue>(ReadOnlySpan<TValue> values, ReadOnlySpan<int> rows, Span<TValue> gathered)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            gathered[i] = values[rows[i]];
        }
    }

    /// <summary>In memory of a tape; the default value where there are no values.</summary>
    /// <param name="tape">Lends the memory.</param>
    /// <param name="values">May be empty.</param>
    /// <param name="rows">What is gathered.</param>
    /// <param name="length">At least as many; the rest is left as it is.</param>
    public static Tensor<float> Tensor(Tape<float> tape, ReadOnlySpan<float> values, ReadOnlySpan<int> rows, int length)
    {
        if (values.Length == 0)
        {
            return default;
        }

        Tensor<float> gathered = tape.Allocate(new Shape(length));
        Into(values, rows, gathered.Span);
        return gathered;
    }
}
