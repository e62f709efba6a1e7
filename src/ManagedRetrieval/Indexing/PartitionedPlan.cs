using ManagedRetrieval.Engine.Kernels.Quantized;
using ManagedRetrieval.Engine.Memory;

namespace ManagedRetrieval.Indexing;

/// <summary>Options made definite for some rows.</summary>
internal sealed class PartitionedPlan
{
    private const int RowsOfPartition = 64, TrainingRowsOfPartition = 64;

    /// <summary>Elements that one array can hold wherever it has to begin.</summary>
    private static int MostElements => Array.MaxLength - AlignedBuffer.Alignment;

    private PartitionedPlan(PartitionedOptions options, int rows, int dimensions)
    {
        CheckAtLeastOne(options.Partitions, nameof(options.Partitions));
        CheckAtLeastOne(options.Probes, nameof(options.Probes));
        CheckAtLeastOne(options.Rescored, nameof(options.Rescored));
        CheckAtLeastOne(options.SubspaceDimensions, nameof(options.SubspaceDimensions));
        CheckAtLeastOne(options.TrainingRows, nameof(options.TrainingRows));
        CheckAtLeastOne(options.Iterations, nameof(options.Iterations));
        Check(Enum.IsDefined(options.Lists), nameof(options.Lists), options.Lists, "one of the kinds of lists");
        Check(Enum.IsDefined(options.Rescoring), nameof(options.Rescoring), options.Rescoring, "one of the kinds of rescoring");
        Check(
            options.AnisotropicThreshold is >= 0 and < 1, nameof(options.AnisotropicThreshold), options.AnisotropicThreshold, "at least 0 and less than 1");
        Options = options;
        Partitions = Math.Min(rows, options.Partitions ?? Math.Max(1, Math.Min((int)(4 * Math.Sqrt(rows)), rows / RowsOfPartition)));
        Probes = options.Probes ?? DefaultProbes(Partitions);
        Rescored = options.Rescored ?? DefaultRescored(options.Lists);
        SubspaceDimensions = Math.Min(dimensions, options.SubspaceDimensions ?? Math.Max(2, DividedUp(dimensions, FourBitCodes.MostSubspaces)));
        Subspaces = DividedUp(dimensions, SubspaceDimensions);
        Check(
            options.Lists != PartitionedLists.FourBit || Subspaces <= FourBitCodes.MostSubspaces, nameof(options.SubspaceDimensions), SubspaceDimensions,
            FormattableString.Invariant($"so many that {dimensions} dimensions are cut into at most {FourBitCodes.MostSubspaces} sub-spaces"));
        CheckSizes(rows, dimensions);
        TrainingRows = (int)Math.Clamp(options.TrainingRows ?? (long)Partitions * TrainingRowsOfPartition, Partitions, rows);
    }

    /// <summary>What was asked for.</summary>
    public PartitionedOptions Options { get; }

    /// <summary>The number of partitions.</summary>
    public int Partitions { get; }

    /// <summary>How many of them a search scans.</summary>
    public int Probes { get; }

    /// <summary>How many rows it scores.</summary>
    public int Rescored { get; }

    /// <summary>Dimensions of a sub-space.</summary>
    public int SubspaceDimensions { get; }

    /// <summary>The number of sub-spaces.</summary>
    public int Subspaces { get; }

    /// <summary>How many rows are trained on.</summary>
    public int TrainingRows { get; }

    /// <summary>Makes options definite for a source, and checks, before a row of it is read, them and the sizes of what will be built.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range, or would take more than an array can hold.</exception>
    /// <exception cref="ArgumentException">The source has no rows, or more than an array can hold.</exception>
    public static PartitionedPlan Of<TId>(PartitionedOptions options, ICandidateSource<TId> source)
        where TId : notnull
    {
        int rows = source.Count, dimensions = CandidateReader.Check(source);
        return (long)rows * dimensions <= MostElements
            ? new PartitionedPlan(options, rows, dimensions)
            : throw new ArgumentException(
                FormattableString.Invariant($"source has {rows} rows of {dimensions} elements, {(long)rows * dimensions} in all, but one array holds {MostElements}."),
                nameof(source));
    }

    /// <summary>How many partitions are scanned where nothing else is said.</summary>
    public static int DefaultProbes(int partitions) => Math.Max(partitions / 25, 16);

    /// <summary>How many rows are scored where nothing else is said.</summary>
    public static int DefaultRescored(PartitionedLists lists) => lists == PartitionedLists.FourBit ? 256 : 64;

    private static int DividedUp(int number, int divisor) => (int)((number + (long)divisor - 1) / divisor);

    /// <summary>Rows to train on need no look: they are not more than there are.</summary>
    private void CheckSizes(int rows, int dimensions)
    {
        CheckFits(Partitions * (dimensions + 1L), nameof(Options.Partitions), Partitions, "centroids, each with one number more,");
        bool codes = Options.Lists == PartitionedLists.FourBit;
        Check(
            codes || dimensions <= Int8Query.MostElements, nameof(Options.Lists), Options.Lists,
            FormattableString.Invariant($"of 4-bit codes where rows have more than {Int8Query.MostElements} dimensions, such as {dimensions}"));
        (int unit, long bytes) = codes ? (FourBitCodes.BlockRows, FourBitCodes.BlockBytes(Subspaces)) : (Int8Rows.GroupRows, (long)Int8Rows.GroupRows * Int8Rows.Padded(dimensions));

        // Each list may be filled up by all but one row of a block.
        CheckFits(((long)rows + unit - 1) / unit * bytes, nameof(Options.Lists), Options.Lists, "the bytes of lists");
        CheckFits(((long)rows + ((long)Partitions * (unit - 1))) / unit * bytes, nameof(Options.Partitions), Partitions, "the bytes of lists, each filled up,");

        // Training keeps a matrix for each codeword of a sub-space.
        long matrix = codes ? (long)SubspaceDimensions * SubspaceDimensions : 0;
        CheckFits(Math.Min(matrix, MostElements) * FourBitCodes.Values, nameof(Options.SubspaceDimensions), SubspaceDimensions, "the codewords' matrices");
    }

    private static void CheckFits(long elements, string name, object option, string what) => Check(
        elements <= MostElements, name, option, FormattableString.Invariant($"such that {what} fit into one array of {MostElements}, but would take {elements}"));

    private static void CheckAtLeastOne(int? options, string name) => Check(options is null or >= 1, name, options, "at least 1");

    private static void Check(bool holds, string name, object? options, string expected)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options, FormattableString.Invariant($"{name} must be {expected}."));
        }
    }
}
