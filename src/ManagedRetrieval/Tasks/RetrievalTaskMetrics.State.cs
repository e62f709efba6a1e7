using ManagedRetrieval.Metrics;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Tasks;

/// <content>Batch and loss metrics in a checkpoint.</content>
internal sealed partial class RetrievalTaskMetrics<T>
{
    /// <summary>Adds what batch and loss metrics gathered since they last started anew.</summary>
    /// <exception cref="InvalidOperationException">A loss metric's state cannot be saved.</exception>
    public void AddBatchTo(SafetensorsWriter writer, string prefix)
    {
        lock (_lock)
        {
            AddRanks(writer, Scores(prefix), _scoreRanks);
            AddRanks(writer, Logits(prefix), _logitRanks);
            writer.AddCopy(Weights(prefix), [.. _batchWeights], _batchWeights.Count);
            for (int i = 0; i < options.LossMetrics.Count; i++)
            {
                double[] state = [.. Savable(options.LossMetrics[i]).SaveState()];
                writer.Add(LossMetric(prefix, i), state, state.Length);
            }
        }
    }

    /// <summary>Goes on from what <see cref="AddBatchTo"/> saved.</summary>
    /// <exception cref="SnapshotFormatException">Something is missing, or is not what these metrics save.</exception>
    public void ReadBatch(SafetensorsFile file, string prefix)
    {
        List<QueryRanks> scores = ReadRanks(file, Scores(prefix)), logits = ReadRanks(file, Logits(prefix));
        float[] weights = file.GetFloats(Weights(prefix));
        double[][] states = [.. options.LossMetrics.Select((_, i) => file.GetDoubles(LossMetric(prefix, i)))];
        lock (_lock)
        {
            for (int i = 0; i < states.Length; i++)
            {
                try
                {
                    Savable(options.LossMetrics[i]).RestoreState(states[i]);
                }
                catch (ArgumentException failure)
                {
                    throw new SnapshotFormatException($"'{file.Source}': the loss metric '{options.LossMetrics[i].Name}' refuses its state: {failure.Message}", failure);
                }
            }

            Replace(_scoreRanks, scores);
            Replace(_logitRanks, logits);
            Replace(_batchWeights, weights);
        }
    }

    private static ILossMetricState Savable(ILossMetric metric) => metric as ILossMetricState
        ?? throw new InvalidOperationException($"The loss metric '{metric.Name}' does not implement {nameof(ILossMetricState)}, so a checkpoint within an epoch cannot hold it.");

    /// <summary>As one: joined or apart, they come to the same figures.</summary>
    private static void AddRanks(SafetensorsWriter writer, string prefix, List<QueryRanks> ranks)
    {
        if (ranks.Count > 0)
        {
            QueryRanks.Concat(ranks).AddTo(writer, prefix);
        }
    }

    private static List<QueryRanks> ReadRanks(SafetensorsFile file, string prefix) =>
        file.Tensors.Any(tensor => tensor.Name.StartsWith(prefix + ".", StringComparison.Ordinal)) ? [QueryRanks.Read(file, prefix)] : [];

    private static void Replace<TItem>(List<TItem> list, IEnumerable<TItem> items)
    {
        list.Clear();
        list.AddRange(items);
    }

    private static string Scores(string prefix) => prefix + ".scores";

    private static string Logits(string prefix) => prefix + ".logits";

    private static string Weights(string prefix) => prefix + ".weights";

    private static string LossMetric(string prefix, int number) => FormattableString.Invariant($"{prefix}.loss_metric_{number}");
}
