namespace ManagedRetrieval.Features;

/// <summary>A batch of id lists of different lengths (bags), one row after another in one array.</summary>
/// <remarks>
/// The compressed sparse row form: row r is <c>Ids[Offsets[r]..Offsets[r + 1]]</c>, <c>Offsets[0]</c> is 0. Rows may be
/// empty; ids are not negative; order and duplicates are kept. Memory and spans handed out are valid until the next
/// change. One writer at a time; any number of readers between changes.
/// </remarks>
public sealed class RaggedIds : EncodedColumn
{
    private const int SmallestCapacity = 16;

    private int[] _ids;
    private int[] _offsets;
    private int _idCount;
    private int _count;

    /// <summary>An empty batch with room for the given numbers of rows and ids.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A capacity is negative.</exception>
    public RaggedIds(int rowCapacity = 0, int idCapacity = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rowCapacity);
        ArgumentOutOfRangeException.ThrowIfNegative(idCapacity);
        _ids = new int[Math.Max(idCapacity, SmallestCapacity)];
        _offsets = new int[Math.Max(rowCapacity, SmallestCapacity) + 1];
    }

    /// <inheritdoc/>
    public override int Count => _count;

    /// <summary>The ids of all finished rows, row after row: [total].</summary>
    public ReadOnlyMemory<int> Ids => _ids.AsMemory(0, _offsets[Count]);

    /// <summary>Where each row starts in <see cref="Ids"/>, and the total: [<see cref="Count"/> + 1].</summary>
    public ReadOnlyMemory<int> Offsets => _offsets.AsMemory(0, Count + 1);

    /// <summary>The ids of one finished row.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="row"/> is not in [0, <see cref="Count"/>).</exception>
    public ReadOnlySpan<int> this[int row]
    {
        get
        {
            CheckRow(row, nameof(row));
            return Row(row);
        }
    }

    /// <summary>Adds one id to the open row; the row counts only after <see cref="EndRow"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="id"/> is negative.</exception>
    public void Append(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        if (_idCount == _ids.Length)
        {
            Grow(ref _ids, (long)_idCount + 1, _idCount);
        }

        _ids[_idCount++] = id;
    }

    /// <summary>Finishes the open row; without any <see cref="Append"/> before it, an empty row.</summary>
    public void EndRow()
    {
        if (Count + 1 == _offsets.Length)
        {
            Grow(ref _offsets, (long)Count + 2, Count + 1);
        }

        _offsets[++_count] = _idCount;
    }

    /// <summary>Adds one whole row, which may be empty.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is negative; nothing is added then.</exception>
    /// <exception cref="InvalidOperationException">A row is open.</exception>
    public void AppendRow(ReadOnlySpan<int> ids)
    {
        ThrowIfRowOpen();
        foreach (int id in ids)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(id, nameof(ids));
        }

        Grow(ref _ids, (long)_idCount + ids.Length, _idCount);
        ids.CopyTo(_ids.AsSpan(_idCount));
        _idCount += ids.Length;
        EndRow();
    }

    /// <summary>Removes all rows and the open one; the memory is kept.</summary>
    public override void Clear()
    {
        _count = 0;
        _idCount = 0;
    }

    /// <summary>
    /// Replaces everything here by the named rows of <paramref name="source"/>, in the order named; a row may be named
    /// more than once. Allocates only where the result is larger than any before.
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="source"/> is this batch itself.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A row is not in [0, <paramref name="source"/>.Count); nothing is changed then.
    /// </exception>
    public void Gather(RaggedIds source, ReadOnlySpan<int> rows)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (ReferenceEquals(source, this))
        {
            throw new ArgumentException("A batch cannot gather from itself: gathering clears it first.", nameof(source));
        }

        long total = 0;
        foreach (int row in rows)
        {
            source.CheckRow(row, nameof(rows));
            total += source._offsets[row + 1] - source._offsets[row];
        }

        Clear();
        Grow(ref _ids, total, used: 0);
        Grow(ref _offsets, (long)rows.Length + 1, used: 0);
        foreach (int row in rows)
        {
            ReadOnlySpan<int> ids = source.Row(row);
            ids.CopyTo(_ids.AsSpan(_idCount));
            _idCount += ids.Length;
            _offsets[++_count] = _idCount;
        }
    }

    internal override EncodedColumn NewEmpty() => new RaggedIds();

    internal override void GatherFrom(EncodedColumn source, ReadOnlySpan<int> rows) => Gather((RaggedIds)source, rows);

    /// <summary>For those who append whole rows: ids left over from an open row would end up in theirs.</summary>
    internal void ThrowIfRowOpen()
    {
        if (_idCount != _offsets[Count])
        {
            throw new InvalidOperationException(
                $"Row {Count} is open with {_idCount - _offsets[Count]} ids; call EndRow before adding a whole row.");
        }
    }

    /// <summary>Makes one row of all rows from <paramref name="start"/> on, with their ids in order; an empty one where there are none.</summary>
    /// <exception cref="InvalidOperationException">A row is open.</exception>
    internal void JoinRows(int start)
    {
        ThrowIfRowOpen();
        _count = start;
        EndRow();
    }

    /// <summary>Removes the rows from <paramref name="start"/> on, and the open one.</summary>
    internal void RemoveRows(int start) => (_count, _idCount) = (start, _offsets[start]);

    private ReadOnlySpan<int> Row(int row) => _ids.AsSpan(_offsets[row].._offsets[row + 1]);

    private void CheckRow(int row, string argument)
    {
        if ((uint)row >= (uint)Count)
        {
            throw new ArgumentOutOfRangeException(argument, row, $"Row {row} is not in [0, {Count}).");
        }
    }

    private static void Grow(ref int[] array, long needed, int used)
    {
        if (needed <= array.Length)
        {
            return;
        }

        if (needed > Array.MaxLength)
        {
            throw new InvalidOperationException($"{needed} entries are more than one array can hold ({Array.MaxLength}).");
        }

        int[] larger = new int[Math.Min(Math.Max(needed, 2L * array.Length), Array.MaxLength)];
        array.AsSpan(0, used).CopyTo(larger);
        array = larger;
    }
}
