using System.Globalization;
using ManagedRetrieval.Engine.Kernels.Quantized;

namespace ManagedRetrieval.Indexing;

/// <summary>Options made definite for some rows.</summary>
internal sealed class PartitionedPlan
{
    private const int RowsOfPartition = 64, TrainingRowsOfPartition = 64;

    /// <summary>Checks options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One of them is out of its range.</exception>
    public PartitionedPlan(PartitionedOptions options, int rows, int dimensions)
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
        SubspaceDimensions = options.SubspaceDimensions ?? Math.Max(2, (dimensions + FourBitCodes.MostSubspaces - 1) / FourBitCodes.MostSubspaces);
        Subspaces = (dimensions + SubspaceDimensions - 1) / SubspaceDimensions;
        Check(
            options.Lists != PartitionedLists.FourBit || Subspaces <= FourBitCodes.MostSubspaces, nameof(options.SubspaceDimensions), SubspaceDimensions,
            string.Create(CultureInfo.InvariantCulture, $"so many that {dimensions} dimensions are cut into at most {FourBitCodes.MostSubspaces} sub-spaces"));
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

    /// <summary>How many partitions are scanned where nothing else is said.</summary>
    public static int DefaultProbes(int partitions) => Math.Max(partitions / 25, 16);

    /// <summary>How many rows are scored where nothing else is said.</summary>
    public static int DefaultRescored(PartitionedLists lists) => lists == PartitionedLists.FourBit ? 256 : 64;

    private static void CheckAtLeastOne(int? options, string name) => Check(options is null or >= 1, name, options, "at least 1");

    private static void Check(bool holds, string name, object? options, string expected)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options, string.Create(CultureInfo.InvariantCulture, $"{name} must be {expected}."));
        }
    }
}
