namespace ManagedRetrieval.Engine.Parallel;

/// <summary>Cuts rows into blocks by their shape alone, never by the number of workers.</summary>
internal readonly struct Partition
{
    /// <summary>
    /// Elements a part should have at least: 16,384 floats take some 5 µs to stream, several times what handing a part
    /// to a waiting worker costs.
    /// </summary>
    private const int ElementsPerPart = 1 << 14;

    private readonly int _rows;
    private readonly int _rowsPerPart;

    private Partition(int rows, int rowsPerPart)
    {
        _rows = rows;
        _rowsPerPart = rowsPerPart;
        Parts = (int)((rows + (long)rowsPerPart - 1) / rowsPerPart);
    }

    /// <summary>The number of parts; 0 where there are no rows.</summary>
    public int Parts { get; }

    /// <summary>Blocks of <paramref name="rows"/> rows that take <paramref name="costPerRow"/> element steps each.</summary>
    public static Partition ByCost(int rows, long costPerRow) =>
        new(rows, (int)Math.Clamp(ElementsPerPart / Math.Max(1, costPerRow), 1, int.MaxValue));

    /// <summary>
    /// Blocks of ragged lists whose entries take <paramref name="costPerEntry"/> element steps each: lists as long as they
    /// are on average make parts of the same size, and a worker that got short ones takes another part.
    /// </summary>
    public static Partition OfLists(int lists, int entries, long costPerEntry) =>
        ByCost(lists, costPerEntry * (1 + (entries / Math.Max(1, lists))));

    /// <summary>Blocks of <paramref name="rowsPerPart"/> rows.</summary>
    public static Partition BySize(int rows, int rowsPerPart) => new(rows, rowsPerPart);

    /// <summary>The rows of one part.</summary>
    public (int Start, int Count) this[int part]
    {
        get
        {
            int start = part * _rowsPerPart;
            return (start, Math.Min(_rowsPerPart, _rows - start));
        }
    }
}
