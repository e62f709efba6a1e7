namespace ManagedRetrieval.Indexing;

/// <summary>Deletes some more rows: each page that changes is copied once.</summary>
/// <param name="before">The rows that were deleted before; it stays as it is.</param>
internal sealed class DeletedRowsBuilder(DeletedRows before)
{
    private ulong[]?[] _pages = before.Pages;
    private int _count = before.Count;

    /// <summary>Deletes a row; false where it was deleted already.</summary>
    public bool Add(int row)
    {
        (int page, int within) = Math.DivRem(row >> 6, DeletedRows.PageWords);
        ulong bit = 1UL << row;
        ulong[]? bits = page < _pages.Length ? _pages[page] : null;
        if (bits is not null && (bits[within] & bit) != 0)
        {
            return false;
        }

        if (_pages == before.Pages || page >= _pages.Length)
        {
            var pages = new ulong[]?[Math.Max(_pages.Length, page + 1)];
            _pages.CopyTo(pages, 0);
            _pages = pages;
        }

        if (bits is null)
        {
            bits = new ulong[DeletedRows.PageWords];
        }
        else if (page < before.Pages.Length && bits == before.Pages[page])
        {
            bits = [.. bits];
        }

        _pages[page] = bits;
        bits[within] |= bit;
        _count++;
        return true;
    }

    /// <summary>All rows that are deleted now; the builder is not to be used any more.</summary>
    public DeletedRows Finish() => _count == before.Count ? before : new DeletedRows(_pages, _count);
}
