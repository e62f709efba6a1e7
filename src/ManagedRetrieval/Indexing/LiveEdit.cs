using System.Collections.Immutable;

namespace ManagedRetrieval.Indexing;

/// <summary>One change of a live index: any number of upserts and deletions that are published as one.</summary>
/// <param name="before">The latest snapshot; it stays as it is.</param>
internal sealed class LiveEdit<TId>(LiveSnapshot<TId> before)
    where TId : notnull
{
    private readonly ImmutableDictionary<TId, int>.Builder _places = before.Added.Places.ToBuilder();
    private readonly DeletedRowsBuilder _deletedOfFixed = new(before.DeletedOfFixed);
    private readonly DeletedRowsBuilder _deletedOfAdded = new(before.DeletedOfAdded);
    private readonly List<int> _found = [];
    private AddedRows<TId> _rows = before.Added.Rows;

    /// <summary>Takes a candidate out; false where there is none of that name.</summary>
    public bool Delete(TId identifier)
    {
        if (_places.TryGetValue(identifier, out int row))
        {
            _places.Remove(identifier);
            return _deletedOfAdded.Add(row);
        }

        _found.Clear();
        before.Fixed?.Index.RowsByIdentifier.Find(identifier, _found);
        bool deleted = false;
        foreach (int found in _found)
        {
            deleted |= _deletedOfFixed.Add(found);
        }

        return deleted;
    }

    /// <summary>Adds candidates or puts them in the place of those of the same names, one after the other; returns how many are new.</summary>
    /// <param name="identifiers">One for each row.</param>
    /// <param name="rows">[rows, d]; copied.</param>
    public int Upsert(TId[] identifiers, ReadOnlySpan<float> rows)
    {
        int first = _rows.Count, added = 0;
        _rows = _rows.Append(identifiers, rows);
        for (int i = 0; i < identifiers.Length; i++)
        {
            added += Delete(identifiers[i]) ? 0 : 1;
            _places.Add(identifiers[i], first + i);
        }

        return added;
    }

    /// <summary>The snapshot after the change.</summary>
    public LiveSnapshot<TId> Finish() => new(
        before.Version + 1, before.Fixed, _deletedOfFixed.Finish(), new AddedIndex<TId>(_rows, _places.ToImmutable(), before.Added.Workers), _deletedOfAdded.Finish());
}
