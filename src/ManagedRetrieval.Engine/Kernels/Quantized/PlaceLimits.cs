namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>Which of the rows that lie at certain places may be found.</summary>
/// <param name="rowOfPlace">The row at each place.</param>
/// <param name="admitted">A bit for each row, the lowest of a word first; empty for all.</param>
/// <param name="excluded">Rows that may not be found, ascending.</param>
internal readonly ref struct PlaceLimits(ReadOnlySpan<int> rowOfPlace, ReadOnlySpan<ulong> admitted, ReadOnlySpan<int> excluded)
{
    private readonly ReadOnlySpan<int> _rowOfPlace = rowOfPlace;
    private readonly ReadOnlySpan<ulong> _admitted = admitted;
    private readonly ReadOnlySpan<int> _excluded = excluded;
    private readonly bool _any = !admitted.IsEmpty || !excluded.IsEmpty;

    /// <summary>Whether the row at a place may be found.</summary>
    public bool Admits(int place) => !_any || AdmitsRow(_rowOfPlace[place]);

    private bool AdmitsRow(int row) =>
        (_admitted.IsEmpty || ((_admitted[row >> 6] >> row) & 1) != 0) && (_excluded.IsEmpty || _excluded.BinarySearch(row) < 0);
}
