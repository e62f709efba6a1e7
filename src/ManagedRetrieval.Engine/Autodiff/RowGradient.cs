using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff;

/// <summary>The gradient of an embedding table: only the rows that were looked up, each once, in ascending order.</summary>
/// <remarks>
/// Look-ups record which gradient row each of their positions adds to which table row; nothing is summed until the
/// backward pass ends. Then the positions are sorted by table row, stably, and each row's sum is made in the order of
/// the positions: the same bits for any number of workers, and never a dense table.
/// </remarks>
public sealed class RowGradient<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Shape _table;
    private readonly List<Tensor<T>> _sources = [];
    private readonly List<int> _sourceStarts = [];
    private ulong[] _entries = [];
    private ulong[] _scratch = [];
    private int[] _counts = [];
    private int[] _sourceRows = [];
    private int[] _rows = [];
    private int[] _rowStarts = [0];
    private Memory<T> _values;
    private Memory<T> _earlierValues;
    private int _pending;
    private int _count;

    internal RowGradient(Shape table) => _table = table;

    /// <summary>The rows of the table that have a gradient, ascending, without repetition.</summary>
    public ReadOnlySpan<int> Rows => _rows.AsSpan(0, _count);

    /// <summary>The gradients, [number of rows, dimensions], aligned with <see cref="Rows"/>.</summary>
    public Tensor<T> Values => new(_table.WithRows(_count), _values[..(_count * _table.RowLength)]);

    /// <summary>
    /// Records that position p adds row <paramref name="sources"/>[p] of <paramref name="gradients"/> to table row
    /// <paramref name="rows"/>[p]. The gradients must stay as they are until the backward pass ends.
    /// </summary>
    /// <param name="rows">Table rows, one for each position.</param>
    /// <param name="sources">Rows of <paramref name="gradients"/>, one for each position.</param>
    /// <param name="gradients">[any number, dimensions].</param>
    /// <exception cref="ArgumentException">The lengths differ, or the gradients have another number of dimensions than the table.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The table or the gradients have no such row.</exception>
    public void Add(ReadOnlySpan<int> rows, ReadOnlySpan<int> sources, Tensor<T> gradients)
    {
        if (rows.Length != sources.Length)
        {
            throw new ArgumentException($"There are {rows.Length} rows but {sources.Length} sources.", nameof(sources));
        }

        if (gradients.Shape.RowLength != _table.RowLength)
        {
            throw new ArgumentException($"The table has rows of {_table.RowLength} dimensions, the gradients {gradients.Shape}.", nameof(gradients));
        }

        ShapeRule.InRange("A row gradient", nameof(rows), rows, _table.Rows);
        ShapeRule.InRange("A row gradient", nameof(sources), sources, gradients.Shape.Rows);
        int start = AddSource(gradients);
        Grow(ref _entries, _pending + rows.Length);
        Span<ulong> entries = _entries.AsSpan(_pending, rows.Length);
        for (int p = 0; p < entries.Length; p++)
        {
            entries[p] = RowSort.Entry(rows[p], start + sources[p]);
        }

        _pending += rows.Length;
    }

    /// <summary>Forgets everything; memory is kept.</summary>
    public void Clear()
    {
        DiscardPending();
        _count = 0;
    }

    /// <summary>Forgets what look-ups recorded since the last backward pass that ended.</summary>
    internal void DiscardPending()
    {
        _sources.Clear();
        _sourceStarts.Clear();
        _pending = 0;
    }

    /// <summary>Sums what look-ups recorded, together with what earlier backward passes left.</summary>
    internal void Coalesce(WorkerTeam team)
    {
        if (_pending == 0)
        {
            return;
        }

        if (_count > 0)
        {
            KeepEarlierSums();
        }

        Span<ulong> entries = _entries.AsSpan(0, _pending);
        Grow(ref _scratch, _pending);
        Grow(ref _counts, RowSort.CountsLength(_pending, _table.Rows));
        RowSort.Sort(entries, _table.Rows, _scratch, _counts, team);
        FindRows(entries);
        if (_values.Length < _count * _table.RowLength)
        {
            _values = AlignedBuffer.Allocate<T>(checked((int)Math.Min(_table.Rows, _count + (_count / 2L)) * _table.RowLength));
        }

        Partition blocks = Partition.ByCost(_count, (long)_table.RowLength * Math.Max(1, entries.Length / _count));
        team.Run(new SumJob { Owner = this, Blocks = blocks }, blocks.Parts);
        DiscardPending();
    }

    private static void Grow<TElement>(ref TElement[] array, int length)
    {
        if (array.Length < length)
        {
            Array.Resize(ref array, Math.Max(length, array.Length + (array.Length / 2)));
        }
    }

    /// <summary>Lists each row among the sorted entries once, with the position where it starts, and each position's source.</summary>
    private void FindRows(ReadOnlySpan<ulong> entries)
    {
        Grow(ref _sourceRows, entries.Length);
        Grow(ref _rows, entries.Length);
        Grow(ref _rowStarts, entries.Length + 1);
        Span<int> sources = _sourceRows.AsSpan(0, entries.Length), rows = _rows.AsSpan(0, entries.Length), starts = _rowStarts.AsSpan(0, entries.Length + 1);
        int count = 0, last = -1;
        for (int p = 0; p < entries.Length; p++)
        {
            // No jump where a row begins, which would be guessed wrong time and again.
            int row = RowSort.RowOf(entries[p]);
            count += row != last ? 1 : 0;
            last = row;
            rows[count - 1] = row;
            starts[count] = p + 1;
            sources[p] = RowSort.ValueOf(entries[p]);
        }

        starts[0] = 0;
        _count = count;
    }

    private int AddSource(Tensor<T> gradients)
    {
        int start = _sources.Count == 0 ? 0 : _sourceStarts[^1] + _sources[^1].Shape.Rows;
        _sources.Add(gradients);
        _sourceStarts.Add(start);
        return start;
    }

    /// <summary>
    /// Puts the sums of earlier passes before all new positions, so that two passes give the bits that one pass over
    /// both would give; the new sums go to the other of two buffers.
    /// </summary>
    private void KeepEarlierSums()
    {
        int start = AddSource(Values);
        Grow(ref _entries, _count + _pending);
        _entries.AsSpan(0, _pending).CopyTo(_entries.AsSpan(_count));
        for (int i = 0; i < _count; i++)
        {
            _entries[i] = RowSort.Entry(_rows[i], start + i);
        }

        _pending += _count;
        (_values, _earlierValues) = (_earlierValues, _values);
    }

    private ReadOnlySpan<T> Source(int row)
    {
        int source = _sourceStarts.Count - 1;
        while (_sourceStarts[source] > row)
        {
            source--;
        }

        return Kernels.Rows.Of<T>(_sources[source].Span, _table.RowLength, row - _sourceStarts[source]);
    }

    private readonly struct SumJob : IParallelJob
    {
        public required RowGradient<T> Owner { get; init; }

        public required Partition Blocks { get; init; }

        public void Run(int part)
        {
            (int start, int count) = Blocks[part];
            int width = Owner._table.RowLength;
            ReadOnlySpan<int> starts = Owner._rowStarts.AsSpan(start, count + 1);
            ReadOnlySpan<int> sources = Owner._sourceRows.AsSpan(0, starts[^1]);
            if (Owner._sources.Count == 1)
            {
                Kernels.Rows.SumSegments(Owner._sources[0].Span, width, sources, starts, Kernels.Rows.Of(Owner._values.Span, width, start, count));
                return;
            }

            for (int i = 0; i < count; i++)
            {
                Span<T> sum = Kernels.Rows.Of(Owner._values.Span, width, start + i);
                Owner.Source(sources[starts[i]]).CopyTo(sum);
                foreach (int source in sources[(starts[i] + 1)..starts[i + 1]])
                {
                    TensorPrimitives.Add(sum, Owner.Source(source), sum);
                }
            }
        }
    }
}
