using ManagedRetrieval.Engine.Kernels.Quantized;

namespace ManagedRetrieval.Indexing.Partitioned;

/// <summary>The state of a partitioned index: a few flat memories, whoever owns them, such as a file.</summary>
/// <remarks>
/// <para>
/// Rows lie list after list, a list for each partition, ascending within it; where a row lies is its place. What is kept for scans
/// is either 4-bit codes of residuals, row − centroid, in blocks that start anew with each list (<see cref="FourBitCodes"/>), or
/// residuals as bytes with a scale, in groups that start anew with each list (<see cref="Int8Rows"/>, packed).
/// </para>
/// <para>
/// What is kept for scores is floats, halves, or residuals as bytes: as they lie for scans, or one after the other where scans
/// have codes.
/// </para>
/// </remarks>
internal sealed class PartitionedStore
{
    /// <summary>A list is found from that of the place before it that is a multiple of this: a few steps, since lists are longer.</summary>
    private const int Stride = 64;

    private readonly Lazy<int[]> _placeOfRow;
    private readonly int[] _lists;
    private readonly int[] _starts;

    /// <summary>Takes parts and checks that they fit together.</summary>
    /// <param name="parts">What the state consists of.</param>
    /// <exception cref="ArgumentException">They do not fit.</exception>
    public PartitionedStore(PartitionedParts parts)
    {
        Parts = parts;
        Partitions = parts.Offsets.Length - 1;
        Check(parts.Dimensions >= 1, "dimensions", parts.Dimensions);
        Check(
            HasCodes || parts.Dimensions <= Int8Query.MostElements, FormattableString.Invariant($"dimensions of lists of bytes up to {Int8Query.MostElements}, but these"),
            parts.Dimensions);
        Check(Partitions >= 1, "list offsets", parts.Offsets.Length);
        Check(parts.Centroids.Length == (long)Partitions * parts.Dimensions, "centroid elements", parts.Centroids.Length);
        Check(Count >= 1, "rows", Count);
        ReadOnlySpan<int> offsets = parts.Offsets.Span;
        Check(offsets[0] == 0 && offsets[^1] == Count, "list offsets from 0 to the number of rows, but the last of them", offsets[^1]);
        int unit = HasCodes ? FourBitCodes.BlockRows : Int8Rows.GroupRows;
        _starts = new int[Partitions + 1];
        for (int partition = 0; partition < Partitions; partition++)
        {
            int size = offsets[partition + 1] - offsets[partition];
            Check(offsets[partition + 1] >= offsets[partition] && offsets[partition + 1] <= Count, "list offsets ascending within the rows, but one", offsets[partition + 1]);
            _starts[partition + 1] = _starts[partition] + ((size + unit - 1) / unit);
        }

        long elements = (long)Count * parts.Dimensions;
        bool scored = !parts.Floats.IsEmpty || !parts.Halves.IsEmpty;
        Check(parts.Floats.Length == (parts.Floats.IsEmpty ? 0 : elements), "elements of rows as floats", parts.Floats.Length);
        Check(parts.Halves.Length == (parts.Halves.IsEmpty ? 0 : elements), "elements of rows as halves", parts.Halves.Length);
        if (HasCodes)
        {
            int width = parts.Codewords.Length / FourBitCodes.Values / parts.Subspaces;
            Check(parts.Subspaces <= FourBitCodes.MostSubspaces, "sub-spaces", parts.Subspaces);
            Check(
                parts.Codewords.Length == (long)parts.Subspaces * width * FourBitCodes.Values && (long)parts.Subspaces * width >= parts.Dimensions,
                "codeword elements", parts.Codewords.Length);
            Check(parts.Codes.Length == _starts[^1] * (long)FourBitCodes.BlockBytes(parts.Subspaces), "bytes of codes", parts.Codes.Length);
            Check(parts.Residuals.Length == (scored ? 0 : elements), "bytes of residuals", parts.Residuals.Length);
            Check(parts.Scales.Length == (scored ? 0 : Count), "scales", parts.Scales.Length);
        }
        else
        {
            Check(parts.Packed.Length == _starts[^1] * (long)GroupBytes, "bytes of packed residuals", parts.Packed.Length);
            Check(parts.Scales.Length == Count, "scales", parts.Scales.Length);
        }

        CheckFinite(parts.Centroids.Span, "centroids");
        CheckFinite(parts.Codewords.Span, "codewords");
        CheckFinite(parts.Scales.Span, "scales");
        CheckRows();
        _placeOfRow = new Lazy<int[]>(FindPlaces);
        _lists = new int[((Count - 1) / Stride) + 1];
        for (int i = 0, list = 0; i < _lists.Length; i++)
        {
            while (offsets[list + 1] <= i * Stride)
            {
                list++;
            }

            _lists[i] = list;
        }
    }

    /// <summary>What the state consists of.</summary>
    public PartitionedParts Parts { get; }

    /// <summary>The number of rows.</summary>
    public int Count => Parts.Rows.Length;

    /// <summary>The number of dimensions.</summary>
    public int Dimensions => Parts.Dimensions;

    /// <summary>The number of lists.</summary>
    public int Partitions { get; }

    /// <summary>Whether lists hold 4-bit codes, rather than bytes.</summary>
    public bool HasCodes => Parts.Subspaces > 0;

    /// <summary>Whether rows are there as floats or halves to be scored by, or by what lies beside their centroids.</summary>
    public bool HasRows => !Parts.Floats.IsEmpty || !Parts.Halves.IsEmpty;

    /// <summary>Bytes of a group of packed rows.</summary>
    public int GroupBytes => Int8Rows.GroupRows * Int8Rows.Padded(Dimensions);

    /// <summary>Where each row lies, 4 bytes for each; made when it is first asked for.</summary>
    public int[] PlaceOfRow => _placeOfRow.Value;

    /// <summary>Where each list's blocks of codes or groups of packed rows start, counted in these, then the number of all.</summary>
    public ReadOnlySpan<int> Starts => _starts;

    /// <summary>The list that a place is in.</summary>
    public int PartitionOf(int place)
    {
        ReadOnlySpan<int> offsets = Parts.Offsets.Span;
        int list = _lists[place / Stride];
        while (offsets[list + 1] <= place)
        {
            list++;
        }

        return list;
    }

    private int[] FindPlaces()
    {
        int[] places = new int[Count];
        ReadOnlySpan<int> rows = Parts.Rows.Span;
        for (int place = 0; place < rows.Length; place++)
        {
            places[rows[place]] = place;
        }

        return places;
    }

    private void CheckRows()
    {
        ulong[] seen = new ulong[(Count + 63L) / 64];
        foreach (int row in Parts.Rows.Span)
        {
            Check((uint)row < (uint)Count && (seen[row >> 6] >> row & 1) == 0, "each row once, but one of them", row);
            seen[row >> 6] |= 1UL << row;
        }
    }

    private static void CheckFinite(ReadOnlySpan<float> values, string what)
    {
        if (!values.IsEmpty && !TensorPrimitives.IsFiniteAll(values))
        {
            throw new ArgumentException($"A partitioned index needs finite {what}.");
        }
    }

    private static void Check(bool fits, string what, long number)
    {
        if (!fits)
        {
            throw new ArgumentException(FormattableString.Invariant($"The parts of a partitioned index do not fit together: {what} are {number}."));
        }
    }
}
