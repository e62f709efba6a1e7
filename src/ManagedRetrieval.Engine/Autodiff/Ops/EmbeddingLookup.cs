using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>Rows of an embedding table.</summary>
/// <remarks>
/// Forward: y_i = table[id_i].
/// Backward: the row of id_i gets dy_i; a row that is named several times gets their sum in the order of the positions.
/// Saved: nothing. Cost: one pass over the rows that are named, and one backward; rows are cut into parts.
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
        var job = new GatherJob
        {
            Blocks = Partition.ByCost(frame.Output.Shape.Rows, frame.Output.Shape.RowLength),
            Table = frame.Input(0).Span,
            Width = frame.Output.Shape.RowLength,
            Ids = frame.Indices.Values.Span,
            Result = frame.Output.Span,
        };
        frame.Workers.Run(job, job.Blocks.Parts);
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

    private ref struct GatherJob : IParallelJob
    {
        public required Partition Blocks;
        public required ReadOnlySpan<T> Table;
        public required int Width;
        public required ReadOnlySpan<int> Ids;
        public required Span<T> Result;

        public readonly void Run(int part)
        {
            (int start, int count) = Blocks[part];
            Rows.Gather(Table, Width, Ids.Slice(start, count), Rows.Of(Result, Width, start, count));
        }
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
