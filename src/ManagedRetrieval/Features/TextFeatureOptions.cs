namespace ManagedRetrieval.Features;

/// <summary>Which parts of a text become features, and into how many buckets they are hashed.</summary>
public sealed record TextFeatureOptions
{
    /// <summary>The longest n-gram there may be: the cost of a word grows with the square of it.</summary>
    internal const int LongestNGram = 64;

    /// <summary>The number of hash buckets, hence of embedding rows; at least 1.</summary>
    public int Buckets { get; init; } = 1 << 17;

    /// <summary>Whether each word is a feature.</summary>
    public bool Words { get; init; } = true;

    /// <summary>Whether each two adjacent words are a feature.</summary>
    public bool WordPairs { get; init; } = true;

    /// <summary>The shortest character n-gram, in Unicode scalar values with the boundary marks; 0 for none at all.</summary>
    public int MinimumCharacterNGram { get; init; } = 4;

    /// <summary>The longest character n-gram, at most 64; 0 exactly where <see cref="MinimumCharacterNGram"/> is 0.</summary>
    public int MaximumCharacterNGram { get; init; } = 4;

    /// <summary>Decides which feature goes to which bucket.</summary>
    public ulong Seed { get; init; }

    /// <summary>Throws where no feature can be built from these options.</summary>
    internal void Check()
    {
        if (Buckets < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(Buckets), Buckets, "Buckets must be at least 1.");
        }

        if (MinimumCharacterNGram < 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(MinimumCharacterNGram), MinimumCharacterNGram, "A length must be positive, or 0 for no n-grams.");
        }

        if (MaximumCharacterNGram < MinimumCharacterNGram || (MinimumCharacterNGram == 0 && MaximumCharacterNGram != 0))
        {
            throw new ArgumentOutOfRangeException(
                nameof(MaximumCharacterNGram),
                MaximumCharacterNGram,
                MinimumCharacterNGram == 0
                    ? "With a minimum length of 0 (no n-grams) the maximum must be 0 too."
                    : $"The maximum length must be at least the minimum, {MinimumCharacterNGram}.");
        }

        if (MaximumCharacterNGram > LongestNGram)
        {
            throw new ArgumentOutOfRangeException(
                nameof(MaximumCharacterNGram), MaximumCharacterNGram, $"A character n-gram may have at most {LongestNGram} characters.");
        }

        if (!Words && !WordPairs && MinimumCharacterNGram == 0)
        {
            throw new ArgumentException("Words, word pairs and character n-grams are all off: there is nothing to encode.");
        }
    }
}
