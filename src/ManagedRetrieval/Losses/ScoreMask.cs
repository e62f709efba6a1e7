namespace ManagedRetrieval.Losses;

/// <summary>For each query and each candidate whether the pair is considered.</summary>
public readonly struct ScoreMask
{
    private readonly bool _given;

    /// <summary>Lays a shape over existing memory, which is shared, not copied.</summary>
    /// <param name="queries">Rows.</param>
    /// <param name="candidates">Columns.</param>
    /// <param name="considered">Row by row; false takes the pair out.</param>
    /// <exception cref="ArgumentException">The memory has another length than queries · candidates.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative.</exception>
    public ScoreMask(int queries, int candidates, ReadOnlyMemory<bool> considered)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(queries);
        ArgumentOutOfRangeException.ThrowIfNegative(candidates);
        if (considered.Length != (long)queries * candidates)
        {
            throw new ArgumentException($"A mask of [{queries}, {candidates}] does not fit {considered.Length} entries.", nameof(considered));
        }

        (Queries, Candidates, Considered, _given) = (queries, candidates, considered, true);
    }

    /// <summary>Makes a mask of a matrix, copied row by row; false takes the pair out.</summary>
    public ScoreMask(bool[,] considered)
    {
        ArgumentNullException.ThrowIfNull(considered);
        bool[] entries = new bool[considered.Length];
        int position = 0;
        foreach (bool entry in considered)
        {
            entries[position++] = entry;
        }

        (Queries, Candidates, Considered, _given) = (considered.GetLength(0), considered.GetLength(1), entries, true);
    }

    /// <summary>The number of rows.</summary>
    public int Queries { get; }

    /// <summary>The number of columns.</summary>
    public int Candidates { get; }

    /// <summary>The entries, row by row.</summary>
    public ReadOnlyMemory<bool> Considered { get; }

    /// <summary>Whether no mask was given.</summary>
    internal bool IsDefault => !_given;

    /// <summary>One row's entries.</summary>
    internal ReadOnlySpan<bool> Row(int query) => Considered.Span.Slice(query * Candidates, Candidates);
}
