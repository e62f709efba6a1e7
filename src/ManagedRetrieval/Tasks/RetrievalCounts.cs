using System.Numerics;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Losses;

namespace ManagedRetrieval.Tasks;

/// <summary>What one call of a <see cref="RetrievalTask{T}"/> met besides the loss.</summary>
/// <param name="DroppedRows">Rows that were left out because the score mask hides their positive.</param>
/// <param name="RowsWithoutNegatives">Further rows of which nothing but positives is left; their loss and gradient are 0.</param>
/// <param name="ColumnsWithoutNegatives">The same of the columns in which candidates pick their query; 0 where the task is not symmetric.</param>
public readonly record struct RetrievalCounts(int DroppedRows, int RowsWithoutNegatives, int ColumnsWithoutNegatives = 0)
{
    /// <summary>Counts what is left of logits.</summary>
    /// <param name="logits">[Q, C], −∞ where an entry is removed.</param>
    /// <param name="positives">Of each row.</param>
    /// <param name="mask">Says which rows are dropped.</param>
    /// <param name="symmetric">Whether columns are counted too.</param>
    internal static RetrievalCounts Of<T>(Tensor<T> logits, PositiveColumns positives, ScoreMask mask, bool symmetric)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int dropped = 0, rows = 0, columns = 0;
        for (int i = 0; i < logits.Shape.Rows; i++)
        {
            if (!mask.IsDefault && !mask.Row(i)[i])
            {
                dropped++;
                continue;
            }

            rows += RowHasNegative(logits, positives, i) ? 0 : 1;
            columns += !symmetric || ColumnHasNegative(logits, positives, i) ? 0 : 1;
        }

        return new RetrievalCounts(dropped, rows, columns);
    }

    /// <summary>The counts of a loss that saw no matrix.</summary>
    internal static RetrievalCounts Of(SoftmaxLossCounts counts, int queries, ScoreMask mask)
    {
        int dropped = 0;
        for (int i = 0; i < queries && !mask.IsDefault; i++)
        {
            dropped += mask.Row(i)[i] ? 0 : 1;
        }

        return new RetrievalCounts(dropped, counts.RowsWithoutNegatives, counts.ColumnsWithoutNegatives);
    }

    private static bool RowHasNegative<T>(Tensor<T> logits, PositiveColumns positives, int row)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ReadOnlySpan<T> values = logits.Row(row);
        int column = 0;
        while (column < values.Length && (T.IsNegativeInfinity(values[column]) || positives.Has(row, column)))
        {
            column++;
        }

        return column < values.Length;
    }

    private static bool ColumnHasNegative<T>(Tensor<T> logits, PositiveColumns positives, int column)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int row = 0;
        while (row < logits.Shape.Rows && (T.IsNegativeInfinity(logits.Row(row)[column]) || positives.Has(row, column)))
        {
            row++;
        }

        return row < logits.Shape.Rows;
    }
}
