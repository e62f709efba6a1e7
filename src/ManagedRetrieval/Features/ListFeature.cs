namespace ManagedRetrieval.Features;

/// <summary>The ids of all elements of a list, one after another, as one row: a history, or several values of one property.</summary>
/// <remarks>
/// Order and duplicates are kept. An element that is not known follows the rule of the feature of elements (a bucket, or
/// an error), unless <see cref="SkipUnknown"/> leaves it out. Immutable and safe for several threads if the feature of
/// elements is.
/// </remarks>
/// <typeparam name="TElement">What the list holds; to be saved, string, int, long or double.</typeparam>
public sealed class ListFeature<TElement> : ISparseFeature<IReadOnlyList<TElement>>
{
    private readonly IKnowsKeys<TElement>? _known;

    /// <summary>A feature of lists.</summary>
    /// <param name="element">Encodes each element.</param>
    /// <param name="maximumLength">
    /// How many elements count, at least 1: the last ones, since a history has its oldest first. Null for all.
    /// </param>
    /// <param name="skipUnknown">
    /// Whether elements are left out that the vocabulary of <paramref name="element"/> does not know, even where it has
    /// buckets for such. They do not count against <paramref name="maximumLength"/>.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maximumLength"/> is less than 1.</exception>
    /// <exception cref="ArgumentException">
    /// Unknown elements are to be skipped, but <paramref name="element"/> is not an <see cref="IdFeature{TKey}"/>.
    /// </exception>
    public ListFeature(ISparseFeature<TElement> element, int? maximumLength = null, bool skipUnknown = false)
    {
        ArgumentNullException.ThrowIfNull(element);
        if (maximumLength is < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(maximumLength), maximumLength, "A list must keep at least 1 element, or null for all.");
        }

        if (skipUnknown)
        {
            _known = element as IKnowsKeys<TElement>
                ?? throw new ArgumentException("Unknown elements can be skipped only where the feature of elements is an IdFeature.", nameof(element));
        }

        (Element, MaximumLength) = (element, maximumLength);
    }

    /// <summary>Encodes each element.</summary>
    public ISparseFeature<TElement> Element { get; }

    /// <summary>How many elements count, the last ones; null for all.</summary>
    public int? MaximumLength { get; }

    /// <summary>Whether elements without an id of their own are left out.</summary>
    public bool SkipUnknown => _known is not null;

    /// <inheritdoc/>
    public int RowCount => Element.RowCount;

    /// <summary>Appends one row with the ids of the elements. What an element's feature refuses leaves the destination as it was.</summary>
    /// <inheritdoc/>
    public void Encode(IReadOnlyList<TElement> input, RaggedIds destination)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(destination);
        destination.ThrowIfRowOpen();
        int row = destination.Count;
        try
        {
            EncodeElements(input, destination);
            destination.JoinRows(row);
        }
        catch
        {
            destination.RemoveRows(row);
            throw;
        }
    }

    /// <summary>A row for each element.</summary>
    private void EncodeElements(IReadOnlyList<TElement> input, RaggedIds destination)
    {
        for (int i = Start(input); i < input.Count; i++)
        {
            if (!Counts(input[i]))
            {
                continue;
            }

            int before = destination.Count;
            Element.Encode(input[i], destination);
            if (destination.Count != before + 1)
            {
                throw new InvalidOperationException(FormattableString.Invariant(
                    $"{Element.GetType().Name} must append exactly one row for each input, but appended {destination.Count - before} for element {i}."));
            }
        }
    }

    /// <summary>The first of the last elements that count.</summary>
    private int Start(IReadOnlyList<TElement> input)
    {
        if (MaximumLength is not { } most || input.Count <= most)
        {
            return 0;
        }

        if (!SkipUnknown)
        {
            return input.Count - most;
        }

        int start = input.Count;
        for (int kept = 0; start > 0 && kept < most; start--)
        {
            kept += Counts(input[start - 1]) ? 1 : 0;
        }

        return start;
    }

    private bool Counts(TElement element) => _known is null || _known.Knows(element);
}
