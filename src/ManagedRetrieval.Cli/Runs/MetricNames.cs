using System.Globalization;
using ManagedRetrieval.Cli.Models;
using ManagedRetrieval.Metrics;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>The names of metrics in descriptions, figures and reports.</summary>
internal static class MetricNames
{
    private const string TfrsPrefix = "factorized_top_k/top_", TfrsSuffix = "_categorical_accuracy";

    /// <summary>The metrics of a description, by name: what is reported, and what decides which epoch is kept.</summary>
    /// <exception cref="ToolException">A name or a cut-off is none of a metric.</exception>
    public static IReadOnlyList<(string Name, RankMetric Metric)> Of(ModelDescription model)
    {
        IEnumerable<string> names = model.Evaluation.TfrsNames
            ? model.Evaluation.Ks.Select(k => string.Create(CultureInfo.InvariantCulture, $"{TfrsPrefix}{k}{TfrsSuffix}"))
            : model.Evaluation.Ks.SelectMany(k => (string[])[Name("recall", k), Name("ndcg", k)]).Append("mrr");
        return [.. names.Append(model.Training.Metric).Distinct().Select(name => (name, Parse(name)))];
    }

    public static string Name(string metric, int k) => string.Create(CultureInfo.InvariantCulture, $"{metric}@{k}");

    public static RankMetric Parse(string name)
    {
        if (name == "mrr")
        {
            return RankMetric.ReciprocalRank;
        }

        if (name.StartsWith(TfrsPrefix, StringComparison.Ordinal) && name.EndsWith(TfrsSuffix, StringComparison.Ordinal))
        {
            return RankMetric.TopKAccuracy(Cutoff(name, name[TfrsPrefix.Length..^TfrsSuffix.Length]));
        }

        int at = name.IndexOf('@', StringComparison.Ordinal);
        string kind = at < 0 ? name : name[..at];
        int k = at < 0 ? throw Unknown(name) : Cutoff(name, name[(at + 1)..]);
        return kind switch
        {
            "recall" => RankMetric.Recall(k),
            "ndcg" => RankMetric.Ndcg(k),
            "map" => RankMetric.MeanAveragePrecision(k),
            "precision" => RankMetric.Precision(k),
            "accuracy" => RankMetric.TopKAccuracy(k),
            _ => throw Unknown(name),
        };
    }

    private static int Cutoff(string name, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int k) && k >= 1 ? k : throw Unknown(name);

    private static ToolException Unknown(string name) =>
        new($"There is no metric '{name}', expected one such as recall@10, ndcg@10, map@10, precision@10, accuracy@10, mrr or {TfrsPrefix}10{TfrsSuffix}.");
}
