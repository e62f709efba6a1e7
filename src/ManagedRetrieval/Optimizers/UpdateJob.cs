using System.Numerics;
using ManagedRetrieval.Engine.Parallel;
using TableRows = ManagedRetrieval.Engine.Kernels.Rows;

namespace ManagedRetrieval.Optimizers;

/// <summary>Moves rows of one parameter.</summary>
internal ref struct UpdateJob<T> : IParallelJob
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public required Optimizer<T> Owner;
    public required ParameterState<T> State;
    public required Partition Blocks;

    /// <summary>The rows of the value that have a gradient, where not all have.</summary>
    public required ReadOnlySpan<int> Rows;
    public required bool IsSparse;

    /// <summary>A row for each row to move.</summary>
    public required Span<T> Gradient;
    public required Span<T> Value;

    /// <summary>λ, where λ · x is added to the gradient; else 0.</summary>
    public required T AddedDecay;

    /// <summary>1 − η · λ, where the value shrinks on its own; else 1.</summary>
    public required T Shrinkage;

    public readonly void Run(int part)
    {
        (int start, int count) = Blocks[part];
        int width = State.Width;
        Span<T> first = State.First, second = State.Second;
        (int firstWidth, int secondWidth) = (first.Length / Math.Max(1, State.Rows), second.Length / Math.Max(1, State.Rows));
        for (int i = start; i < start + count; i++)
        {
            if (IsSparse && i + 2 < start + count)
            {
                // Rows lie anywhere in the table, so nothing else would fetch them before they are needed.
                TableRows.Prefetch<T>(Value, width, Rows[i + 2]);
                TableRows.Prefetch<T>(first, firstWidth, Rows[i + 2]);
                TableRows.Prefetch<T>(second, secondWidth, Rows[i + 2]);
            }

            int row = IsSparse ? Rows[i] : i;
            Span<T> value = TableRows.Of(Value, width, row), gradient = TableRows.Of(Gradient, width, i);
            if (AddedDecay != T.Zero)
            {
                TensorPrimitives.FusedMultiplyAdd(value, AddedDecay, gradient, gradient);
            }

            if (Shrinkage != T.One)
            {
                TensorPrimitives.Multiply(value, Shrinkage, value);
            }

            Owner.Update(value, gradient, TableRows.Of(first, firstWidth, row), TableRows.Of(second, secondWidth, row));
        }
    }
}
