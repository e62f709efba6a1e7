using System.Numerics;

namespace ManagedRetrieval.Indexing;

/// <summary>Puts what was built from an earlier snapshot in the place of what the latest one stands on, with all that was changed between them.</summary>
internal static class LiveRebase
{
    /// <param name="earlier">The snapshot whose candidates were built from.</param>
    /// <param name="latest">The latest one, with the same rows and perhaps more, and more of them deleted.</param>
    /// <param name="built">The candidates of <paramref name="earlier"/> in the order of their rows; null where it had none.</param>
    public static LiveSnapshot<TId> Run<TId>(LiveSnapshot<TId> earlier, LiveSnapshot<TId> latest, LiveBase<TId>? built)
        where TId : notnull
    {
        var deleted = new DeletedRowsBuilder(DeletedRows.None);
        int row = Carry(earlier.DeletedOfFixed, latest.DeletedOfFixed, earlier.FixedCount, 0, deleted);
        Carry(earlier.DeletedOfAdded, latest.DeletedOfAdded, earlier.Added.Count, row, deleted);
        var none = new AddedIndex<TId>(latest.Dimensions, latest.Similarity, latest.Added.Workers);
        var edit = new LiveEdit<TId>(new LiveSnapshot<TId>(latest.Version, built, deleted.Finish(), none, DeletedRows.None));
        AddedRows<TId> rows = latest.Added.Rows;
        for (row = earlier.Added.Count; row < rows.Count; row++)
        {
            if (!latest.DeletedOfAdded.Contains(row))
            {
                edit.Upsert([rows[row]], rows.Given(row).Span);
            }
        }

        return edit.Finish();
    }

    /// <summary>Deletes those rows of what was built that were deleted since; returns the number after the last row.</summary>
    /// <param name="earlier">What was not built from.</param>
    /// <param name="latest">That and more.</param>
    /// <param name="rows">The number of rows that both are about.</param>
    /// <param name="first">Where the first of them that was built from stands in what was built.</param>
    /// <param name="deleted">Receives the rows.</param>
    private static int Carry(DeletedRows earlier, DeletedRows latest, int rows, int first, DeletedRowsBuilder deleted)
    {
        for (int word = 0; word < RowSet.Words(rows); word++)
        {
            ulong built = earlier.Alive(word, rows);
            for (ulong left = built & latest.Word(word); left != 0; left &= left - 1)
            {
                ulong below = (1UL << BitOperations.TrailingZeroCount(left)) - 1;
                deleted.Add(first + BitOperations.PopCount(built & below));
            }

            first += BitOperations.PopCount(built);
        }

        return first;
    }
}
