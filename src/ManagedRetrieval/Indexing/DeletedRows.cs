namespace ManagedRetrieval.Indexing;

/// <summary>Rows that were deleted, as bits in pages: one more deletion copies a page and the list of pages, not all bits. Immutable.</summary>
internal sealed class DeletedRows
{
    /// <summary>4,096 rows: half a KiB; a million rows have 245 pages, so that a page and the list of pages weigh about the same.</summary>
    public const int PageWords = 64;

    /// <summary>Takes pages as they are; a page without bits may be null, and pages may lack at the end.</summary>
    public DeletedRows(ulong[]?[] pages, int count) => (Pages, Count) = (pages, count);

    /// <summary>No rows.</summary>
    public static DeletedRows None { get; } = new([], 0);

    /// <summary>The bits, a row after the other.</summary>
    public ulong[]?[] Pages { get; }

    /// <summary>How many rows were deleted.</summary>
    public int Count { get; }

    /// <summary>Whether a row was deleted.</summary>
    public bool Contains(int row) => ((Word(row >> 6) >> row) & 1) != 0;

    /// <summary>The bits of 64 rows.</summary>
    public ulong Word(int word)
    {
        (int page, int within) = Math.DivRem(word, PageWords);
        return page < Pages.Length && Pages[page] is { } bits ? bits[within] : 0;
    }

    /// <summary>The bits of 64 of some rows that were not deleted; 0 beyond the rows.</summary>
    public ulong Alive(int word, int rows) => ~Word(word) & (ulong.MaxValue >> Math.Max(0, 64 - (rows - (64 * word))));

    /// <summary>The set of those rows that were not deleted, as <see cref="RowSet"/> has it.</summary>
    /// <param name="rows">The number of rows that there are.</param>
    /// <param name="alive">A word for each 64 of them.</param>
    public void WriteAlive(int rows, Span<ulong> alive)
    {
        for (int word = 0; word < alive.Length; word++)
        {
            alive[word] = Alive(word, rows);
        }
    }
}
