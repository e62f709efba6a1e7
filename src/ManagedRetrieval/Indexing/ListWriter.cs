using ManagedRetrieval.Engine.Kernels.Quantized;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Indexing.Partitioned;

namespace ManagedRetrieval.Indexing;

/// <summary>Writes rows into the lists of a partitioned index.</summary>
internal sealed class ListWriter
{
    /// <summary>Rows of a part: some 50 µs of encoding.</summary>
    private const int PartRows = 32;

    private readonly PartitionedPlan _plan;
    private readonly int _width;
    private readonly float[] _centroids;
    private readonly float[] _codewords;
    private readonly int[] _partitions;
    private readonly int[] _offsets;
    private readonly int[] _starts;
    private readonly int[] _next;
    private readonly int[] _rows;
    private readonly Memory<byte> _codes;
    private readonly Memory<byte> _packed;
    private readonly Memory<sbyte> _residuals;
    private readonly Memory<float> _scales;
    private readonly Memory<Half> _halves;
    private readonly Memory<float> _floats;

    /// <summary>Makes room.</summary>
    /// <param name="centroids">[partitions, width].</param>
    /// <param name="codewords">[padded depth, 16], or empty.</param>
    /// <param name="partitions">Each row's partition.</param>
    /// <param name="plan">What to keep.</param>
    /// <param name="width">The number of dimensions.</param>
    public ListWriter(float[] centroids, float[] codewords, int[] partitions, PartitionedPlan plan, int width)
    {
        (_centroids, _codewords, _partitions, _plan, _width) = (centroids, codewords, partitions, plan, width);
        int rows = partitions.Length;
        (_offsets, _starts, _rows) = (new int[plan.Partitions + 1], new int[plan.Partitions + 1], new int[rows]);
        foreach (int partition in partitions)
        {
            _offsets[partition + 1]++;
        }

        int unit = HasCodes ? FourBitCodes.BlockRows : Int8Rows.GroupRows;
        for (int i = 0; i < plan.Partitions; i++)
        {
            _starts[i + 1] = _starts[i] + ((_offsets[i + 1] + unit - 1) / unit);
            _offsets[i + 1] += _offsets[i];
        }

        _next = _offsets[..^1];
        bool bytes = plan.Options.Rescoring == PartitionedRescoring.EightBit;
        long elements = (long)rows * width;
        _codes = Allocate<byte>(HasCodes ? (long)_starts[^1] * FourBitCodes.BlockBytes(plan.Subspaces) : 0);
        _packed = Allocate<byte>(HasCodes ? 0 : (long)_starts[^1] * Int8Rows.GroupRows * Int8Rows.Padded(width));
        _packed.Span.Fill(Int8Rows.Offset);
        _residuals = Allocate<sbyte>(HasCodes && bytes ? elements : 0);
        _scales = Allocate<float>(!HasCodes || bytes ? rows : 0);
        _halves = Allocate<Half>(plan.Options.Rescoring == PartitionedRescoring.HalfPrecision ? elements : 0);
        _floats = Allocate<float>(plan.Options.Rescoring == PartitionedRescoring.FullPrecision ? elements : 0);
    }

    private bool HasCodes => _plan.Options.Lists == PartitionedLists.FourBit;

    /// <summary>Writes the next rows.</summary>
    /// <param name="first">The number of the first.</param>
    /// <param name="rows">[rows, width].</param>
    /// <param name="team">Shares out the work.</param>
    public void Write(int first, ReadOnlySpan<float> rows, WorkerTeam team)
    {
        int count = rows.Length / _width;
        using var places = new Scratch<int>(count);
        using var codes = new Scratch<byte>(count * _plan.Subspaces);
        for (int i = 0; i < count; i++)
        {
            int place = _next[_partitions[first + i]]++;
            _rows[place] = first + i;
            places.Span[i] = place;
        }

        var job = new Job { Writer = this, First = first, Rows = rows, Places = places.Span, Codes = codes.Span, Parts = Partition.BySize(count, PartRows) };
        team.Run(job, job.Parts.Parts);

        // Two rows share each byte of a block, so that one worker writes them all.
        for (int i = 0; HasCodes && i < count; i++)
        {
            int partition = _partitions[first + i], bytes = FourBitCodes.BlockBytes(_plan.Subspaces);
            FourBitCodes.Put(
                codes.Span.Slice(i * _plan.Subspaces, _plan.Subspaces), places.Span[i] - _offsets[partition], _codes.Span[(_starts[partition] * bytes)..]);
        }
    }

    /// <summary>What was written.</summary>
    public PartitionedParts Parts() => new()
    {
        Dimensions = _width,
        Centroids = _centroids,
        Offsets = _offsets,
        Rows = _rows,
        Subspaces = HasCodes ? _plan.Subspaces : 0,
        Codewords = _codewords,
        Codes = _codes,
        Packed = _packed,
        Residuals = _residuals,
        Scales = _scales,
        Halves = _halves,
        Floats = _floats,
    };

    private static Memory<T> Allocate<T>(long length)
        where T : unmanaged => AlignedBuffer.Allocate<T>(checked((int)length));

    private void WriteRow(int number, int place, ReadOnlySpan<float> row, Span<byte> codes, Span<float> floats, Span<sbyte> bytes)
    {
        int partition = _partitions[number], depth = _plan.Subspaces * _plan.SubspaceDimensions;
        Span<float> residual = floats[..depth], direction = floats.Slice(depth, depth), scratch = floats[(2 * depth)..];
        Residuals.Write(row, _centroids.AsSpan(partition * _width, _width), residual, direction);
        if (HasCodes)
        {
            ProductCodes.Encode(residual, direction, ProductTraining.Weight(_width, _plan.Options.AnisotropicThreshold), _codewords, codes, scratch);
        }

        if (!_scales.IsEmpty)
        {
            Span<sbyte> target = HasCodes ? _residuals.Span.Slice(place * _width, _width) : bytes;
            _scales.Span[place] = Int8Rows.Quantise(residual[.._width], target);
            if (!HasCodes)
            {
                Int8Rows.Put(target, place - _offsets[partition], _packed.Span[(_starts[partition] * Int8Rows.GroupRows * Int8Rows.Padded(_width))..]);
            }
        }

        if (!_halves.IsEmpty)
        {
            HalfRows.Narrow(row, _halves.Span.Slice(place * _width, _width));
        }

        if (!_floats.IsEmpty)
        {
            row.CopyTo(_floats.Span.Slice(place * _width, _width));
        }
    }

    private ref struct Job : IParallelJob
    {
        public required ListWriter Writer;
        public required int First;
        public required ReadOnlySpan<float> Rows;
        public required ReadOnlySpan<int> Places;
        public required Span<byte> Codes;
        public required Partition Parts;

        public readonly void Run(int part)
        {
            int width = Writer._width, subspaces = Writer._plan.Subspaces;
            (int start, int count) = Parts[part];
            using var floats = new Scratch<float>((2 * subspaces * Writer._plan.SubspaceDimensions) + ProductCodes.Scratch(subspaces));
            using var bytes = new Scratch<sbyte>(width);
            for (int i = start; i < start + count; i++)
            {
                Writer.WriteRow(First + i, Places[i], Rows.Slice(i * width, width), Codes.Slice(i * subspaces, subspaces), floats.Span, bytes.Span);
            }
        }
    }
}
