using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>Rows of an embedding table.</summary>
/// <remarks>
/// Forward: y_i = table[id_i].
/// Backward: the row of id_i gets dy_i; a row that is named several times gets their sum in the order of the positions.
/// Saved: nothing. Cost: one pass over the rows that are named, and one backward.
/// </remarks>
public sealed class EmbeddingLookup<T> : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        ShapeRule.Inputs("EmbeddingLookup", inputs, 1, 1);
        ShapeRule.Rank("EmbeddingLookup", "table", inputs[0], 2);
        ShapeRule.InRange("EmbeddingLookup", "ids", indices.Values.Span, inputs[0].Rows);
        return inputs[0].WithRows(indices.Values.Length);
    }

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame)
    {
        frame.RequireTable(0);
        int width = frame.Output.Shape.RowLength;
        ReadOnlySpan<T> table = frame.Input(0).Span;
        Span<T> y = frame.Output.Span;
        ReadOnlySpan<int> ids = frame.Indices.Values.Span;
        for (int i = 0; i < ids.Length; i++)
        {
            Rows.Of(table, width, ids[i]).CopyTo(Rows.Of(y, width, i));
        }
    }

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame)
    {
        Span<int> sources = frame.Tape.AllocateIndices(frame.Indices.Values.Length).Span;
        for (int i = 0; i < sources.Length; i++)
        {
            sources[i] = i;
        }

        frame.InputRowGradient(0).Add(frame.Indices.Values.Span, sources, frame.OutputGradient);
    }
}

/// <summary>Calls <see cref="EmbeddingLookup{T}"/>.</summary>
public static class EmbeddingLookupExtensions
{
    /// <summary>The rows of an embedding table [rows, d] that <paramref name="ids"/> name, as [ids, d].</summary>
    /// <exception cref="ArgumentException">The input is no embedding table.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An id is no row of the table.</exception>
    public static Variable<T> EmbeddingLookup<T>(this Variable<T> table, ReadOnlyMemory<int> ids)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => table.Tape.Apply(new EmbeddingLookup<T>(), [table], new OpIndices(ids));
}
