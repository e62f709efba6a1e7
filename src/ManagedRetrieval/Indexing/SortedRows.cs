namespace ManagedRetrieval.Indexing;

/// <summary>Row numbers in ascending order.</summary>
internal static class SortedRows
{
    /// <summary>Sorts rows in place and returns them without repetition.</summary>
    public static Span<int> Distinct(Span<int> rows)
    {
        rows.Sort();
        int unique = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            if (i == 0 || rows[i] != rows[i - 1])
            {
                rows[unique++] = rows[i];
            }
        }

        return rows[..unique];
    }
}
