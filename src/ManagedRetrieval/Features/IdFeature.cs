namespace ManagedRetrieval.Features;

/// <summary>One id per input: the index of the key in a vocabulary.</summary>
/// <typeparam name="TKey">string, int or long.</typeparam>
public sealed class IdFeature<TKey> : ISparseFeature<TKey>, IKnowsKeys<TKey>
    where TKey : notnull, IEquatable<TKey>
{
    /// <summary>A feature over <paramref name="vocabulary"/>.</summary>
    public IdFeature(Vocabulary<TKey> vocabulary)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        Vocabulary = vocabulary;
    }

    /// <summary>The known keys and their indices.</summary>
    public Vocabulary<TKey> Vocabulary { get; }

    /// <inheritdoc/>
    public int RowCount => Vocabulary.Count;

    /// <summary>Appends a row with the one id of <paramref name="input"/>.</summary>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="KeyNotFoundException">
    /// The key is unknown and the vocabulary has no out-of-vocabulary buckets; nothing is appended then.
    /// </exception>
    /// <exception cref="InvalidOperationException"><paramref name="destination"/> has an open row.</exception>
    public void Encode(TKey input, RaggedIds destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        int id = Vocabulary.IndexOf(input);
        destination.AppendRow(new ReadOnlySpan<int>(in id));
    }

    bool IKnowsKeys<TKey>.Knows(TKey input) => Vocabulary.Contains(input);
}
