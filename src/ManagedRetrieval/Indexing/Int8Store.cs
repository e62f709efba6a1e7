using ManagedRetrieval.Engine.Kernels.Quantized;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Indexing;

/// <summary>Rows of bytes with a scale each, packed for scanning; written once, then read by any number of threads.</summary>
internal sealed class Int8Store
{
    /// <summary>Bytes of rows that are looked at between two looks at cancellation.</summary>
    private const int CheckedAtOnce = 1 << 20;

    private readonly Memory<byte> _packed;
    private readonly Memory<float> _scales;
    private readonly Lazy<float> _greatestScale;

    /// <summary>Takes rows that were written before, such as those of a file; no more can be written.</summary>
    public Int8Store(int depth, ReadOnlyMemory<byte> packed, ReadOnlyMemory<float> scales, int greatestSquares)
    {
        (Depth, Packed, Scales, GreatestSquares) = (depth, packed, scales, greatestSquares);
        _greatestScale = new(() => TensorPrimitives.Max(Scales.Span));
    }

    /// <summary>Makes room for rows, which are zeros at first.</summary>
    /// <exception cref="ArgumentException">One array could not hold the rows.</exception>
    public Int8Store(int rows, int depth)
        : this(depth, packed: default, scales: default, greatestSquares: 0)
    {
        CheckFits(rows, depth);
        _packed = AlignedBuffer.Allocate<byte>(Int8Rows.PackedLength(rows, depth));
        _packed.Span.Fill(Int8Rows.Offset);
        _scales = AlignedBuffer.Allocate<float>(rows);
        (Packed, Scales) = (_packed, _scales);
    }

    /// <summary>Elements of a row.</summary>
    public int Depth { get; }

    /// <summary>The rows as <see cref="Int8Rows.Pack"/> leaves them.</summary>
    public ReadOnlyMemory<byte> Packed { get; }

    /// <summary>The rows' scales.</summary>
    public ReadOnlyMemory<float> Scales { get; }

    /// <summary>The greatest scale, which is looked for once; NaN where a damaged one is.</summary>
    public float GreatestScale => _greatestScale.Value;

    /// <summary>The greatest sum of a row's squared elements.</summary>
    public int GreatestSquares { get; private set; }

    /// <summary>Checks that one array can hold so many rows, and 32 bits the sums of so many products.</summary>
    /// <exception cref="ArgumentException">It cannot, or they cannot.</exception>
    public static void CheckFits(int rows, int depth)
    {
        if (depth > Int8Query.MostElements)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"Rows of bytes may have up to {Int8Query.MostElements} dimensions, not {depth}."), nameof(depth));
        }

        if ((rows + (long)Int8Rows.GroupRows) * (depth + 3L) > Array.MaxLength - AlignedBuffer.Alignment)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"{rows} rows of {depth} bytes are more than one array can hold; share them out to several indexes."), nameof(rows));
        }
    }

    /// <summary>Checks what is said to be the greatest sum of squares, without which bounds would be wrong, against the rows.</summary>
    /// <exception cref="FormatException">It is another.</exception>
    public void CheckGreatestSquares(CancellationToken cancellationToken = default)
    {
        uint greatest = 0;
        int group = Int8Rows.PackedLength(1, Depth), some = Math.Max(1, CheckedAtOnce / group) * group;
        for (int start = 0; start < Packed.Length; start += some)
        {
            cancellationToken.ThrowIfCancellationRequested();
            greatest = Math.Max(greatest, Int8Rows.GreatestSquares(Packed.Span.Slice(start, Math.Min(some, Packed.Length - start)), Depth));
        }

        if (greatest != GreatestSquares)
        {
            throw new FormatException(FormattableString.Invariant(
                $"Index: greatest_squares is {GreatestSquares}, expected the rows' greatest sum of squares, {greatest}."));
        }
    }

    /// <summary>Rounds rows and writes them.</summary>
    /// <param name="first">The number of the first one.</param>
    /// <param name="rows">[rows, depth], all finite.</param>
    /// <param name="toUnitLength">Whether they are brought to length 1 first.</param>
    /// <param name="workers">Shares out the rows.</param>
    public void Write(int first, ReadOnlySpan<float> rows, bool toUnitLength, WorkerTeam workers)
    {
        var parts = Partition.ByCost(rows.Length / Depth, Depth);
        using var squares = new Scratch<int>(parts.Parts);
        var job = new Job
        {
            Parts = parts,
            Squares = squares.Span,
            First = first,
            Depth = Depth,
            Rows = rows,
            ToUnitLength = toUnitLength,
            Packed = _packed.Span,
            Scales = _scales.Span,
        };
        workers.Run(job, parts.Parts);
        foreach (int greatest in squares.Span)
        {
            GreatestSquares = Math.Max(GreatestSquares, greatest);
        }
    }

    private ref struct Job : IParallelJob
    {
        public required Partition Parts;
        public required Span<int> Squares;
        public required int First;
        public required int Depth;
        public required ReadOnlySpan<float> Rows;
        public required bool ToUnitLength;
        public required Span<byte> Packed;
        public required Span<float> Scales;

        public readonly void Run(int part)
        {
            (int start, int count) = Parts[part];
            int greatest = 0;
            using var unit = new Scratch<float>(Depth);
            using var elements = new Scratch<sbyte>(Depth);
            for (int i = start; i < start + count; i++)
            {
                ReadOnlySpan<float> row = Rows.Slice(i * Depth, Depth);
                if (ToUnitLength)
                {
                    UnitRows.Write(row, Depth, unit.Span);
                    row = unit.Span;
                }

                Scales[First + i] = Int8Rows.Quantise(row, elements.Span);
                Int8Rows.Put(elements.Span, First + i, Packed);
                int squares = 0;
                foreach (sbyte element in elements.Span)
                {
                    squares += element * element;
                }

                greatest = Math.Max(greatest, squares);
            }

            Squares[part] = greatest;
        }
    }
}
