using System.Runtime.InteropServices;

namespace ManagedRetrieval.Indexing;

/// <summary>The rows of a fixed list of identifiers.</summary>
internal sealed class FixedIdentifierRows<TId> : IdentifierRows<TId>
    where TId : notnull
{
    private readonly Dictionary<TId, int> _first;

    /// <summary>For each row the next one with the same identifier; −1 after the last.</summary>
    private readonly int[] _next;

    /// <summary>Takes in one identifier for each row.</summary>
    public FixedIdentifierRows(IReadOnlyList<TId> identifiers)
    {
        _first = new Dictionary<TId, int>(identifiers.Count);
        _next = new int[identifiers.Count];
        for (int row = identifiers.Count - 1; row >= 0; row--)
        {
            ref int first = ref CollectionsMarshal.GetValueRefOrAddDefault(_first, identifiers[row], out bool exists);
            _next[row] = exists ? first : -1;
            first = row;
        }
    }

    /// <inheritdoc/>
    public override void Find(TId identifier, List<int> rows)
    {
        for (int row = _first.GetValueOrDefault(identifier, -1); row >= 0; row = _next[row])
        {
            rows.Add(row);
        }
    }
}
