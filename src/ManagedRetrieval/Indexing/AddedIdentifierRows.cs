using System.Collections.Immutable;

namespace ManagedRetrieval.Indexing;

/// <summary>The rows of identifiers that were added one by one.</summary>
/// <param name="places">Each identifier's row.</param>
internal sealed class AddedIdentifierRows<TId>(ImmutableDictionary<TId, int> places) : IdentifierRows<TId>
    where TId : notnull
{
    /// <inheritdoc/>
    public override void Find(TId identifier, List<int> rows)
    {
        if (places.TryGetValue(identifier, out int row))
        {
            rows.Add(row);
        }
    }
}
