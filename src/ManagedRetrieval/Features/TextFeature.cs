using System.Buffers;

namespace ManagedRetrieval.Features;

/// <summary>Hashes the words, word pairs and character n-grams of a text into a bag of buckets.</summary>
/// <remarks>
/// <para>
/// Words are maximal runs of letters and digits in invariant lower case; everything else separates. Combining marks
/// separate as well: normalise decomposed text to form C beforehand. For each word, in this order:
/// the word; the pair "previous word, space, word", from the second word on; the character n-grams of
/// "&lt;word&gt;", shorter lengths first, each length from left to right. Lengths count Unicode scalar values and the
/// marks. Where "&lt;word&gt;" is no longer than n it is itself the n-gram, and longer lengths add nothing more.
/// </para>
/// <para>
/// A feature f goes to <c>StableHash.Bucket(StableHash.Of(f, StableHash.Of(k, Seed)), Buckets)</c>, with k = 1 for
/// words, 2 for pairs and 3 for n-grams, so that the word "list" and the n-gram "list" are different features.
/// Duplicates are kept. A text without any word gives an empty row. The ids are the same on every machine and under
/// every culture, as far as the runtimes agree on what is a letter: a newer Unicode version may add some. The cost is
/// linear in the text, times the sum of the n-gram lengths. Immutable and safe for several threads.
/// </para>
/// </remarks>
public sealed class TextFeature : ISparseFeature<string>
{
    // 512 bytes of stack: titles and queries fit, longer texts use the shared pool.
    private const int StackBuffer = 256;

    private readonly ulong _wordStart;
    private readonly ulong _pairStart;
    private readonly ulong _nGramStart;

    /// <summary>A feature with the given options, the default ones where null.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// There is no bucket, or a length is negative, or the lengths are in the wrong order.
    /// </exception>
    /// <exception cref="ArgumentException">Words, pairs and n-grams are all switched off.</exception>
    public TextFeature(TextFeatureOptions? options = null)
    {
        Options = options ?? new TextFeatureOptions();
        Options.Check();
        _wordStart = StableHash.Start(StableHash.Of(1, Options.Seed));
        _pairStart = StableHash.Start(StableHash.Of(2, Options.Seed));
        _nGramStart = StableHash.Start(StableHash.Of(3, Options.Seed));
    }

    /// <summary>What the feature was made with.</summary>
    public TextFeatureOptions Options { get; }

    /// <inheritdoc/>
    public int RowCount => Options.Buckets;

    /// <inheritdoc/>
    public void Encode(string input, RaggedIds destination)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(destination);
        destination.ThrowIfRowOpen();
        int needed = WordReader.BufferLength(input.Length);
        char[]? rented = needed > StackBuffer ? ArrayPool<char>.Shared.Rent(needed) : null;
        Span<char> buffer = rented is null ? stackalloc char[StackBuffer] : rented;
        AppendWords(new WordReader(input, buffer), destination);
        destination.EndRow();
        if (rented is not null)
        {
            ArrayPool<char>.Shared.Return(rented);
        }
    }

    private void AppendWords(WordReader words, RaggedIds destination)
    {
        ulong pair = 0;
        bool first = true;
        while (words.Read())
        {
            if (Options.Words)
            {
                AppendFeature(StableHash.Append(_wordStart, words.Word), destination);
            }

            if (Options.WordPairs)
            {
                if (!first)
                {
                    AppendFeature(StableHash.Append(pair, words.Word), destination);
                }

                pair = StableHash.Append(StableHash.Append(_pairStart, words.Word), ' ');
                first = false;
            }

            if (Options.MinimumCharacterNGram > 0)
            {
                AppendNGrams(words.Marked, destination);
            }
        }
    }

    private void AppendNGrams(ReadOnlySpan<char> marked, RaggedIds destination)
    {
        int end = 0;
        for (int n = 1; n <= Options.MaximumCharacterNGram && end < marked.Length; n++)
        {
            end += RuneLength(marked, end);
            if (n >= Options.MinimumCharacterNGram || end == marked.Length)
            {
                AppendWindows(marked, end, destination);
            }
        }
    }

    /// <summary>All windows of as many runes as the first <paramref name="end"/> code units hold.</summary>
    private void AppendWindows(ReadOnlySpan<char> marked, int end, RaggedIds destination)
    {
        int start = 0;
        while (true)
        {
            AppendFeature(StableHash.Append(_nGramStart, marked[start..end]), destination);
            if (end == marked.Length)
            {
                return;
            }

            start += RuneLength(marked, start);
            end += RuneLength(marked, end);
        }
    }

    // The reader writes only whole runes, so a high surrogate always has its other half behind it.
    private static int RuneLength(ReadOnlySpan<char> text, int position) => char.IsHighSurrogate(text[position]) ? 2 : 1;

    private void AppendFeature(ulong state, RaggedIds destination) =>
        destination.Append(StableHash.Bucket(StableHash.Finish(state), Options.Buckets));
}
