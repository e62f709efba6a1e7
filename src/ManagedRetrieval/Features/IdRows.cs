namespace ManagedRetrieval.Features;

/// <summary>Finds the rows of a corpus that bear an id. Immutable; any number of readers.</summary>
internal sealed class IdRows
{
    private readonly CandidateIds _ids;
    private readonly int[] _first;
    private readonly int[] _next;

    /// <summary>Takes in one id for each row; shared, so they must not change.</summary>
    public IdRows(CandidateIds ids)
    {
        (_ids, _first, _next) = (ids, new int[IdTable.Buckets(ids.Count)], new int[ids.Count]);
        IdTable.Fill(ids, _first, _next);
    }

    /// <summary>The number of rows.</summary>
    public int Count => _ids.Count;

    /// <summary>The type of the ids in words.</summary>
    public string TypeName => _ids.TypeName;

    /// <summary>Appends the rows that bear the id number <paramref name="index"/> of <paramref name="ids"/>, ascending, as one list.</summary>
    public void Find(CandidateIds ids, int index, RaggedIds rows)
    {
        var table = new IdTable(_ids, _first, _next);
        for (int row = table.Next(ids, index); row >= 0; row = table.Next(ids, index, row))
        {
            rows.Append(row);
        }

        rows.EndRow();
    }
}
