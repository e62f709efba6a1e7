using ManagedRetrieval.Checks;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Features;

/// <summary>A fixed vector for each of several keys, such as what a language model made of an item's description; training leaves it as it is.</summary>
/// <remarks>
/// Keys and vectors are saved with the model. An unknown key gives zeros, or is refused. Immutable, as long as nobody
/// writes to the vectors, and then safe for several threads.
/// </remarks>
/// <typeparam name="TKey">string, int or long; strings are compared by code units.</typeparam>
public sealed class FrozenVectorFeature<TKey> : IDenseFeature<TKey>
    where TKey : notnull, IEquatable<TKey>
{
    private readonly Vocabulary<TKey> _vocabulary;

    /// <summary>A feature of known keys.</summary>
    /// <param name="keys">At least one, without duplicates.</param>
    /// <param name="vectors">[keys, width]: row k belongs to key k. Shared, not copied, so they must not change.</param>
    /// <param name="refuseUnknown">Whether an unknown key is an error; else it gives zeros.</param>
    /// <exception cref="ArgumentException">
    /// There is no key, a key is null or comes twice, or the vectors are not a row of at least one number for each key, all of them finite.
    /// </exception>
    /// <exception cref="NotSupportedException"><typeparamref name="TKey"/> is not string, int or long.</exception>
    public FrozenVectorFeature(IReadOnlyList<TKey> keys, Tensor<float> vectors, bool refuseUnknown = false)
    {
        _vocabulary = new Vocabulary<TKey>(keys, outOfVocabularyBuckets: 0);
        if (vectors.Shape.Rank != 2 || vectors.Shape.Rows != _vocabulary.Count || vectors.Shape.RowLength < 1)
        {
            throw Argument.OtherShape(nameof(vectors), $"[{_vocabulary.Count}, width] with a width of at least 1", vectors.Shape);
        }

        FiniteVector.Check(vectors.Span, nameof(vectors));
        (Vectors, RefuseUnknown) = (vectors, refuseUnknown);
    }

    /// <summary>The known keys.</summary>
    public IReadOnlyList<TKey> Keys => _vocabulary.Keys;

    /// <summary>[keys, <see cref="Width"/>]: row k belongs to key k.</summary>
    public Tensor<float> Vectors { get; }

    /// <summary>Whether an unknown key is an error; else it gives zeros.</summary>
    public bool RefuseUnknown { get; }

    /// <summary>The length of a vector.</summary>
    public int Width => Vectors.Shape.RowLength;

    /// <summary>Writes the vector of a key.</summary>
    /// <exception cref="ArgumentNullException">The key is null.</exception>
    /// <exception cref="KeyNotFoundException">The key is unknown, and such are refused; nothing is written then.</exception>
    /// <inheritdoc/>
    public void Encode(TKey input, Span<float> destination)
    {
        if (input is null)
        {
            throw new ArgumentNullException(nameof(input));
        }

        DenseDestination.Check(destination, Width);
        if (_vocabulary.TryGetKnown(input, out int row))
        {
            Vectors.Row(row).CopyTo(destination);
        }
        else if (RefuseUnknown)
        {
            throw new KeyNotFoundException(FormattableString.Invariant($"There is no vector for the key '{input}'."));
        }
        else
        {
            destination.Clear();
        }
    }
}
