using System.Globalization;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Sampling;

public sealed partial class StreamingFrequencyEstimator
{
    /// <summary>
    /// Adds a copy of the whole state: <c>prefix.last</c> I64, <c>prefix.interval</c> F64 and <c>prefix.updates</c> I32, each
    /// [hashes, buckets], and the single values <c>prefix.draws</c> I64, <c>prefix.seed</c> I64 and <c>prefix.learning_rate</c> F64.
    /// </summary>
    /// <exception cref="ArgumentException">The prefix is empty, not valid UTF-16, or one of the names is taken; nothing was added.</exception>
    public void AddTo(SafetensorsWriter writer, string prefix)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        writer.RequireFree(prefix, Last(""), Interval(""), Updates(""), DrawCount(""), Seed(""), Rate(""));
        (long hashes, long buckets) = (Options.Hashes, Options.Buckets);
        writer.AddCopy(Last(prefix), _last, hashes, buckets);
        writer.AddCopy(Interval(prefix), _intervals, hashes, buckets);
        writer.AddCopy(Updates(prefix), _updates, hashes, buckets);
        writer.AddCopy(DrawCount(prefix), [Draws]);
        writer.AddCopy(Seed(prefix), [unchecked((long)Options.Seed)]);
        writer.AddCopy(Rate(prefix), [Options.LearningRate]);
    }

    /// <summary>An estimator in the state that <see cref="AddTo"/> stored; it goes on with the same bits.</summary>
    /// <exception cref="SnapshotFormatException">A tensor is missing, of another type or shape, or holds what no stream leaves behind.</exception>
    public static StreamingFrequencyEstimator Read(SafetensorsFile file, string prefix)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        SafetensorsInfo info = file.GetInfo(Last(prefix));
        if (info.Shape.Count != 2 || info.Shape[0] is < 1 or > int.MaxValue || info.Shape[1] is < 1 or > int.MaxValue)
        {
            throw Damaged(file, Last(prefix), $"is {SafetensorsInfo.Describe(info.Type, [.. info.Shape])}, expected two axes, each of at least 1.");
        }

        (long hashes, long buckets) = (info.Shape[0], info.Shape[1]);
        file.RequireShape(Interval(prefix), SafetensorsType.F64, hashes, buckets);
        file.RequireShape(Updates(prefix), SafetensorsType.I32, hashes, buckets);
        file.RequireShape(DrawCount(prefix), SafetensorsType.I64);
        file.RequireShape(Seed(prefix), SafetensorsType.I64);
        file.RequireShape(Rate(prefix), SafetensorsType.F64);
        var options = new StreamingFrequencyOptions
        {
            Buckets = (int)buckets,
            Hashes = (int)hashes,
            LearningRate = file.GetDoubles(Rate(prefix))[0],
            Seed = unchecked((ulong)file.GetLongs(Seed(prefix))[0]),
        };
        if (!(options.LearningRate > 0 && options.LearningRate <= 1))
        {
            throw Damaged(file, Rate(prefix), $"is {options.LearningRate}, expected a number in (0, 1].");
        }

        var estimator = new StreamingFrequencyEstimator(
            options, file.GetLongs(DrawCount(prefix))[0], file.GetLongs(Last(prefix)), file.GetDoubles(Interval(prefix)), file.GetInts(Updates(prefix)));
        for (int hash = 0; hash < options.Hashes; hash++)
        {
            estimator.Check(hash, file, prefix);
        }

        return estimator;
    }

    /// <summary>Every draw left a trace under every hash function, the latest at its own position.</summary>
    private void Check(int hash, SafetensorsFile file, string prefix)
    {
        long latest = 0;
        for (int bucket = hash * Options.Buckets; bucket < (hash + 1) * Options.Buckets; bucket++)
        {
            (long last, double interval, int updates) = (_last[bucket], _intervals[bucket], _updates[bucket]);
            if (last < 0 || last > Draws)
            {
                throw Damaged(file, Last(prefix), $"element {bucket} is {last}, expected a position from 0 to {Draws}.");
            }

            if (updates < (last == 0 ? 0 : 1) || updates > last)
            {
                throw Damaged(file, Updates(prefix), $"element {bucket} is {updates}, which does not fit the last position {last}.");
            }

            if (last == 0 ? interval != 0 : !(interval >= 1 && interval <= last))
            {
                throw Damaged(file, Interval(prefix), $"element {bucket} is {interval}, which does not fit the last position {last}.");
            }

            latest = Math.Max(latest, last);
        }

        if (latest != Draws)
        {
            throw Damaged(file, DrawCount(prefix), $"is {Draws}, but the last position of hash function {hash} is {latest}.");
        }
    }

    private static SnapshotFormatException Damaged(SafetensorsFile file, string name, FormattableString problem) =>
        SnapshotFormatException.InTensor(file.Source, name, problem.ToString(CultureInfo.InvariantCulture));

    private static string Last(string prefix) => prefix + ".last";

    private static string Interval(string prefix) => prefix + ".interval";

    private static string Updates(string prefix) => prefix + ".updates";

    private static string DrawCount(string prefix) => prefix + ".draws";

    private static string Seed(string prefix) => prefix + ".seed";

    private static string Rate(string prefix) => prefix + ".learning_rate";
}
