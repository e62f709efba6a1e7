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
    private int[] _keys = [];
    private int[] _sourceRows = [];
    private int[] _positions = [];
    private int[] _scratch = [];
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
        Grow(ref _keys, _pending + rows.Length);
        Grow(ref _sourceRows, _pending + rows.Length);
        rows.CopyTo(_keys.AsSpan(_pending));
        for (int p = 0; p < sources.Length; p++)
        {
            _sourceRows[_pending + p] = start + sources[p];
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

        Grow(ref _positions, _pending);
        Grow(ref _scratch, 2 * _pending);
        Span<int> keys = _keys.AsSpan(0, _pending);
        RowSort.Sort(keys, _positions.AsSpan(0, _pending), _table.Rows, _scratch);
        Grow(ref _rows, _pending);
        Grow(ref _rowStarts, _pending + 1);
        _count = 0;
        for (int i = 0; i < keys.Length; i++)
        {
            if (i == 0 || keys[i] != keys[i - 1])
            {
                (_rows[_count], _rowStarts[_count]) = (keys[i], i);
                _count++;
            }
        }

        _rowStarts[_count] = keys.Length;
        if (_values.Length < _count * _table.RowLength)
        {
            _values = AlignedBuffer.Allocate<T>(checked((int)Math.Min(_table.Rows, _count + (_count / 2L)) * _table.RowLength));
        }

        Partition blocks = Partition.ByCost(_count, (long)_table.RowLength * Math.Max(1, keys.Length / _count));
        team.Run(new SumJob { Owner = this, Blocks = blocks }, blocks.Parts);
        DiscardPending();
    }

    private static void Grow(ref int[] array, int length)
    {
        if (array.Length < length)
        {
            Array.Resize(ref array, Math.Max(length, array.Length + (array.Length / 2)));
        }
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
        Grow(ref _keys, _count + _pending);
        Grow(ref _sourceRows, _count + _pending);
        _keys.AsSpan(0, _pending).CopyTo(_keys.AsSpan(_count));
        _sourceRows.AsSpan(0, _pending).CopyTo(_sourceRows.AsSpan(_count));
        _rows.AsSpan(0, _count).CopyTo(_keys);
        for (int i = 0; i < _count; i++)
        {
            _sourceRows[i] = start + i;
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
            Span<T> values = Owner._values.Span;
            for (int i = start; i < start + count; i++)
            {
                Span<T> sum = Kernels.Rows.Of(values, Owner._table.RowLength, i);
                int first = Owner._rowStarts[i];
                Owner.Source(Owner._sourceRows[Owner._positions[first]]).CopyTo(sum);
                for (int p = first + 1; p < Owner._rowStarts[i + 1]; p++)
                {
                    TensorPrimitives.Add(sum, Owner.Source(Owner._sourceRows[Owner._positions[p]]), sum);
                }
            }
        }
    }
}
