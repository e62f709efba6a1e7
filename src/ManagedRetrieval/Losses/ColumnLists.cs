using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;

namespace ManagedRetrieval.Losses;

/// <summary>Gathers a ragged list of columns for each row, in memory of a tape's step.</summary>
internal ref struct ColumnLists
{
    private readonly Span<int> _columns;
    private int _count;

    private ColumnLists(Span<int> columns) => _columns = columns;

    /// <summary>What the rows' lists hold.</summary>
    internal interface ISource
    {
        /// <summary>Adds one row's columns. It is asked twice, first to count them.</summary>
        void Write(int row, ref ColumnLists lists);
    }

    /// <summary>The lists of the first <paramref name="rows"/> rows.</summary>
    public static OpIndices Of<T, TSource>(Tape<T> tape, int rows, TSource source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TSource : struct, ISource, allows ref struct
    {
        Memory<int> offsets = tape.AllocateIndices(rows + 1);
        var counted = default(ColumnLists);
        for (int row = 0; row < rows; row++)
        {
            offsets.Span[row] = counted._count;
            source.Write(row, ref counted);
        }

        offsets.Span[rows] = counted._count;
        Memory<int> columns = tape.AllocateIndices(counted._count);
        var written = new ColumnLists(columns.Span);
        for (int row = 0; row < rows; row++)
        {
            source.Write(row, ref written);
        }

        return new OpIndices(columns, offsets);
    }

    /// <summary>Adds a column to the row at hand.</summary>
    public void Add(int column)
    {
        if (!_columns.IsEmpty)
        {
            _columns[_count] = column;
        }

        _count++;
    }

    /// <summary>Two sets of lists in one, each row's one after the other.</summary>
    public static OpIndices Joined<T>(Tape<T> tape, OpIndices first, OpIndices second)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => first.Values.IsEmpty ? second : second.Values.IsEmpty ? first
        : Of(tape, first.Offsets.Length - 1, new Both { First = new PositiveColumns(first), Second = new PositiveColumns(second) });

    private ref struct Both : ISource
    {
        public required PositiveColumns First;
        public required PositiveColumns Second;

        public readonly void Write(int row, ref ColumnLists lists)
        {
            foreach (int column in First[row])
            {
                lists.Add(column);
            }

            foreach (int column in Second[row])
            {
                lists.Add(column);
            }
        }
    }
}
