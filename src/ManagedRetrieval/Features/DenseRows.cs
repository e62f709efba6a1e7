namespace ManagedRetrieval.Features;

/// <summary>A batch of rows of numbers of one width, one after another in one array: [<see cref="Count"/>, <see cref="Width"/>].</summary>
/// <remarks>Memory and spans handed out are valid until the next change. One writer at a time; any number of readers between changes.</remarks>
public sealed class DenseRows : EncodedColumn
{
    private const int SmallestCapacity = 16;

    private float[] _values;
    private int _count;

    /// <summary>An empty batch.</summary>
    /// <param name="width">The length of a row, at least 1.</param>
    /// <param name="rowCapacity">The number of rows that there is room for.</param>
    /// <exception cref="ArgumentOutOfRangeException">The width is less than 1, or the capacity negative.</exception>
    public DenseRows(int width, int rowCapacity = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(rowCapacity);
        Width = width;
        _values = new float[checked(Math.Max(rowCapacity, SmallestCapacity) * width)];
    }

    /// <summary>The length of a row.</summary>
    public int Width { get; }

    /// <inheritdoc/>
    public override int Count => _count;

    /// <summary>All numbers, row after row.</summary>
    public Memory<float> Values => _values.AsMemory(0, _count * Width);

    /// <summary>The numbers of one row.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="row"/> is not in [0, <see cref="Count"/>).</exception>
    public ReadOnlySpan<float> this[int row] => Row(row, nameof(row));

    /// <summary>Adds a row of zeros and returns it to be written.</summary>
    public Span<float> AppendRow()
    {
        Reserve(_count + 1L);
        Span<float> row = _values.AsSpan(_count++ * Width, Width);
        row.Clear();
        return row;
    }

    /// <inheritdoc/>
    public override void Clear() => _count = 0;

    /// <summary>Replaces everything here by the named rows of <paramref name="source"/>, in the order named; a row may be named more than once.</summary>
    /// <exception cref="ArgumentException"><paramref name="source"/> is this batch itself, or of another width.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A row is not in [0, <paramref name="source"/>.Count); nothing is changed then.</exception>
    public void Gather(DenseRows source, ReadOnlySpan<int> rows)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (ReferenceEquals(source, this))
        {
            throw new ArgumentException("A batch cannot gather from itself: gathering clears it first.", nameof(source));
        }

        if (source.Width != Width)
        {
            throw new ArgumentException(FormattableString.Invariant($"source must have rows of {Width} numbers, not {source.Width}."), nameof(source));
        }

        foreach (int row in rows)
        {
            source.Row(row, nameof(rows));
        }

        Clear();
        Reserve(rows.Length);
        foreach (int row in rows)
        {
            source._values.AsSpan(row * Width, Width).CopyTo(_values.AsSpan(_count++ * Width));
        }
    }

    internal override EncodedColumn NewEmpty() => new DenseRows(Width);

    internal override void GatherFrom(EncodedColumn source, ReadOnlySpan<int> rows) => Gather((DenseRows)source, rows);

    private ReadOnlySpan<float> Row(int row, string argument) => (uint)row < (uint)_count
        ? _values.AsSpan(row * Width, Width)
        : throw new ArgumentOutOfRangeException(argument, row, FormattableString.Invariant($"Row {row} is not in [0, {_count})."));

    private void Reserve(long rows)
    {
        long needed = rows * Width;
        if (needed <= _values.Length)
        {
            return;
        }

        if (needed > Array.MaxLength)
        {
            throw new InvalidOperationException(FormattableString.Invariant($"{needed} numbers are more than one array can hold ({Array.MaxLength})."));
        }

        Array.Resize(ref _values, (int)Math.Min(Math.Max(needed, 2L * _values.Length), Array.MaxLength));
    }
}
