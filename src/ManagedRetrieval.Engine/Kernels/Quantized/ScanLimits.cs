namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>Which rows the lists of a scan may hold.</summary>
/// <param name="excluded">Rows to skip, ascending without repetition for each of so many lists as <paramref name="offsets"/> is for; the lists after these begin again with the first.</param>
/// <param name="offsets">Where they start, then the number of all; or empty.</param>
/// <param name="admitted">A bit for each row that may be found, or empty.</param>
internal readonly ref struct ScanLimits(ReadOnlySpan<int> excluded, ReadOnlySpan<int> offsets, ReadOnlySpan<ulong> admitted)
{
    private readonly ReadOnlySpan<int> _excluded = excluded;
    private readonly ReadOnlySpan<int> _offsets = offsets;
    private readonly ReadOnlySpan<ulong> _admitted = admitted;

    /// <summary>The rows that a list skips.</summary>
    public ReadOnlySpan<int> ExcludedBy(int list)
    {
        if (_offsets.IsEmpty)
        {
            return [];
        }

        int at = list % (_offsets.Length - 1);
        return _excluded[_offsets[at].._offsets[at + 1]];
    }

    /// <summary>Whether a list may hold a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="excluded">What the list skips.</param>
    public bool Admits(int row, ReadOnlySpan<int> excluded) =>
        (_admitted.IsEmpty || ((_admitted[row >> 6] >> row) & 1) != 0) && (excluded.IsEmpty || excluded.BinarySearch(row) < 0);
}
