namespace ManagedRetrieval.Tests.Tasks;

/// <summary>What one row (or, for the symmetric term, one column) keeps after steps 4 to 6, by plain loops.</summary>
/// <param name="Own">The row's own positive.</param>
/// <param name="Kept">V, ascending.</param>
/// <param name="Positives">P.</param>
/// <param name="Dropped">Whether the mask hides its own positive.</param>
internal sealed record RetrievalColumns(int Own, int[] Kept, HashSet<int> Positives, bool Dropped)
{
    public IEnumerable<int> Negatives => Kept.Where(j => !Positives.Contains(j));

    /// <summary>Whether a column is said to be a row's positive, be it masked or not.</summary>
    public static bool IsPositive(RetrievalCase given, int row, int column) =>
        row == column
        || (given.QueryKeys is not null && column < given.Queries && given.QueryKeys[column] == given.QueryKeys[row])
        || (given.Positives?[row].Contains(column) ?? false);

    public static RetrievalColumns OfRow(RetrievalCase given, int row)
    {
        bool Considered(int j) => given.Mask?[(row * given.Candidates) + j] ?? true;
        if (!Considered(row))
        {
            return new RetrievalColumns(row, [row], [row], Dropped: true);
        }

        HashSet<int> positives = [row];
        for (int j = 0; j < given.Candidates; j++)
        {
            if (IsPositive(given, row, j) && Considered(j))
            {
                positives.Add(j);
            }
        }

        List<int> kept = [];
        for (int j = 0; j < given.Candidates; j++)
        {
            bool hit = given.Keys is not null && !given.KeepHits && given.Keys[j] == given.Keys[row];
            bool known = given.Known is not null && given.Known[row].Contains(given.Keys![j]);
            if (positives.Contains(j) || (!hit && !known && Considered(j)))
            {
                kept.Add(j);
            }
        }

        if (given.HardNegatives is > 0 and var k && k < given.Candidates - 1)
        {
            int[] hardest = [.. kept.Where(j => !positives.Contains(j)).OrderByDescending(j => RetrievalReference.Logit(given, row, j)).ThenBy(j => j).Take(k)];
            kept = [.. kept.Where(j => positives.Contains(j) || hardest.Contains(j))];
        }

        return new RetrievalColumns(row, [.. kept], positives, Dropped: false);
    }

    /// <summary>One of the first Q columns: the candidate picks its query among the rows that keep it.</summary>
    public static RetrievalColumns OfColumn(RetrievalCase given, RetrievalColumns[] rows, int column)
    {
        if (rows[column].Dropped)
        {
            return new RetrievalColumns(column, [column], [column], Dropped: true);
        }

        int[] kept = [.. Enumerable.Range(0, given.Queries).Where(i => rows[i].Kept.Contains(column))];
        return new RetrievalColumns(column, kept, [.. kept.Where(i => rows[i].Positives.Contains(column))], Dropped: false);
    }
}
