using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Training;

/// <summary>The epochs of a run in a checkpoint.</summary>
internal static class EpochResults
{
    /// <summary>Epoch, rows and columns without negatives, ticks, and whether it was the best.</summary>
    private const int Numbers = 5;

    /// <summary>
    /// Adds <c>prefix.numbers</c> I64 [epochs, 5], <c>prefix.loss</c> F64 [epochs], and for metrics and validation each figure's epoch, name and value.
    /// </summary>
    public static void AddTo(SafetensorsWriter writer, string prefix, IReadOnlyList<EpochResult> epochs)
    {
        long[] numbers =
        [
            .. epochs.SelectMany(epoch => (long[])
                [epoch.Epoch, epoch.RowsWithoutNegatives, epoch.ColumnsWithoutNegatives, epoch.Elapsed.Ticks, epoch.IsBest ? 1 : 0]),
        ];
        double[] losses = [.. epochs.Select(epoch => epoch.Loss)];
        writer.Add(prefix + ".numbers", numbers, epochs.Count, Numbers);
        writer.Add(prefix + ".loss", losses, losses.Length);
        AddFigures(writer, prefix + ".metrics", [.. epochs.Select(epoch => epoch.Metrics)]);
        AddFigures(writer, prefix + ".validation", [.. epochs.Select(epoch => epoch.Validation)]);
    }

    /// <summary>What <see cref="AddTo"/> saved.</summary>
    /// <exception cref="SnapshotFormatException">A tensor is missing, or of another type or shape.</exception>
    public static IReadOnlyList<EpochResult> Read(SafetensorsFile file, string prefix)
    {
        double[] losses = file.GetDoubles(prefix + ".loss");
        file.RequireShape(prefix + ".numbers", SafetensorsType.I64, losses.Length, Numbers);
        long[] numbers = file.GetLongs(prefix + ".numbers");
        IReadOnlyDictionary<string, double>?[] metrics = ReadFigures(file, prefix + ".metrics", losses.Length);
        IReadOnlyDictionary<string, double>?[] validation = ReadFigures(file, prefix + ".validation", losses.Length);
        var epochs = new EpochResult[losses.Length];
        for (int i = 0; i < epochs.Length; i++)
        {
            ReadOnlySpan<long> own = numbers.AsSpan(Numbers * i, Numbers);
            var epoch = new EpochResult((int)own[0], losses[i], new TimeSpan(own[3]))
            {
                RowsWithoutNegatives = (int)own[1],
                ColumnsWithoutNegatives = (int)own[2],
                IsBest = own[4] != 0,
            };
            epoch = metrics[i] is { } figures ? epoch with { Metrics = figures } : epoch;
            epochs[i] = validation[i] is { } judged ? epoch with { Validation = judged } : epoch;
        }

        return epochs;
    }

    private static void AddFigures(SafetensorsWriter writer, string prefix, IReadOnlyList<IReadOnlyDictionary<string, double>> epochs)
    {
        int[] numbers = [.. epochs.SelectMany((figures, epoch) => Enumerable.Repeat(epoch, figures.Count))];
        double[] values = [.. epochs.SelectMany(figures => figures.Values)];
        writer.Add(prefix + ".epochs", numbers, numbers.Length);
        writer.Add(prefix + ".values", values, values.Length);
        writer.AddStrings(prefix + ".names", [.. epochs.SelectMany(figures => figures.Keys)]);
    }

    private static IReadOnlyDictionary<string, double>?[] ReadFigures(SafetensorsFile file, string prefix, int epochs)
    {
        int[] numbers = file.GetInts(prefix + ".epochs");
        double[] values = file.GetDoubles(prefix + ".values");
        string[] names = file.GetStrings(prefix + ".names");
        if (values.Length != numbers.Length || names.Length != numbers.Length || numbers.Any(number => number < 0 || number >= epochs))
        {
            throw SnapshotFormatException.InTensor(file.Source, prefix + ".epochs", "the figures do not fit the epochs.");
        }

        var read = new Dictionary<string, double>?[epochs];
        for (int i = 0; i < numbers.Length; i++)
        {
            (read[numbers[i]] ??= new Dictionary<string, double>(StringComparer.Ordinal))[names[i]] = values[i];
        }

        return [.. read.Select(figures => figures?.AsReadOnly())];
    }
}
