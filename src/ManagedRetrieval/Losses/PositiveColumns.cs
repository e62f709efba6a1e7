using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;

namespace ManagedRetrieval.Losses;

/// <summary>The columns that are no row's negatives: ragged lists, first the row's own positive; by default the diagonal alone.</summary>
internal readonly ref struct PositiveColumns(OpIndices positives)
{
    private readonly ReadOnlySpan<int> _columns = positives.Values.Span;
    private readonly ReadOnlySpan<int> _offsets = positives.Offsets.Span;

    /// <summary>The lists that hold nothing but each row's own positive.</summary>
    public static OpIndices Diagonal<T>(Tape<T> tape, int rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Memory<int> numbers = tape.AllocateIndices(rows + 1);
        for (int i = 0; i <= rows; i++)
        {
            numbers.Span[i] = i;
        }

        return new OpIndices(numbers[..rows], numbers);
    }

    /// <summary>Whether a column is one of a row's positives.</summary>
    public bool Has(int row, int column) => _offsets.IsEmpty ? row == column : this[row].Contains(column);

    /// <summary>One row's positives; not for the default.</summary>
    public ReadOnlySpan<int> this[int row] => _columns[_offsets[row].._offsets[row + 1]];
}
