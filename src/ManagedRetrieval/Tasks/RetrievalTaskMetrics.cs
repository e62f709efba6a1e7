using System.Collections.ObjectModel;
using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Metrics;

namespace ManagedRetrieval.Tasks;

/// <summary>The metrics of a task, gathered over calls.</summary>
internal sealed partial class RetrievalTaskMetrics<T>(RetrievalTaskOptions<T> options)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly object _lock = new();
    private readonly List<QueryRanks> _scoreRanks = [];
    private readonly List<QueryRanks> _logitRanks = [];
    private readonly List<float> _batchWeights = [];

    public MetricList<FactorizedTopK<T>> Factorized { get; set; } = options.Metrics;

    private TiePolicy Policy => options.TfrsCompatible ? TiePolicy.Optimistic : TiePolicy.Expected;

    /// <summary>Gives a call's results to every metric that is asked for; does nothing where none is.</summary>
    /// <param name="factorized">Over the whole corpus.</param>
    /// <param name="queryEmbeddings">[Q, d] or [Q, H, d].</param>
    /// <param name="candidateEmbeddings">[C, d].</param>
    /// <param name="scores">[Q, C], as step 1 made them.</param>
    /// <param name="logits">[Q, C], as the loss saw them.</param>
    /// <param name="positives">Each row's columns.</param>
    /// <param name="losses">[Q], not weighted.</param>
    /// <param name="weights">[Q], 0 for dropped rows; the default value where all are 1.</param>
    /// <param name="arguments">Of the call.</param>
    public void Update(
        MetricList<FactorizedTopK<T>> factorized,
        Tensor<T> queryEmbeddings,
        Tensor<T> candidateEmbeddings,
        Tensor<T> scores,
        Tensor<T> logits,
        OpIndices positives,
        Tensor<T> losses,
        Tensor<T> weights,
        in RetrievalArguments<T> arguments)
    {
        int queries = losses.Shape.Length;
        if (arguments.ComputeMetrics && factorized.Count > 0)
        {
            CandidateIds ids = arguments.CandidateIds.Count == 0 ? default : arguments.CandidateIds.Take(queries);
            float[] sampleWeight = arguments.SampleWeight.IsDefault ? [] : Floats(arguments.SampleWeight);
            foreach (FactorizedTopK<T> metric in factorized)
            {
                metric.Update(queryEmbeddings, candidateEmbeddings.Rows(0, queries), ids, sampleWeight, arguments.MetricExclusions);
            }
        }

        if (arguments.ComputeBatchMetrics && options.BatchMetrics.Count > 0)
        {
            UpdateBatch(scores, logits, positives, weights);
        }

        if (options.LossMetrics.Count > 0)
        {
            UpdateLoss(losses, weights);
        }
    }

    /// <summary>All metrics by name.</summary>
    public IReadOnlyDictionary<string, double> Results()
    {
        var results = new SortedDictionary<string, double>(StringComparer.Ordinal);
        AddBatch(results);
        foreach (FactorizedTopK<T> metric in Factorized)
        {
            foreach ((string name, double value) in metric.Result(Policy))
            {
                Add(results, name, value);
            }
        }

        return results;
    }

    /// <summary>Batch and loss metrics by name.</summary>
    public IReadOnlyDictionary<string, double> BatchResults()
    {
        if (options.BatchMetrics.Count + options.LossMetrics.Count == 0)
        {
            return ReadOnlyDictionary<string, double>.Empty;
        }

        var results = new SortedDictionary<string, double>(StringComparer.Ordinal);
        AddBatch(results);
        return results;
    }

    public void Reset()
    {
        foreach (FactorizedTopK<T> metric in Factorized)
        {
            metric.Reset();
        }

        ResetBatch();
    }

    /// <summary>Makes batch and loss metrics start anew.</summary>
    public void ResetBatch()
    {
        lock (_lock)
        {
            _scoreRanks.Clear();
            _logitRanks.Clear();
            _batchWeights.Clear();
            foreach (ILossMetric metric in options.LossMetrics)
            {
                metric.Reset();
            }
        }
    }

    private static float[] Floats(Tensor<T> values)
    {
        float[] floats = new float[values.Shape.Length];
        TensorPrimitives.ConvertTruncating<T, float>(values.Span, floats);
        return floats;
    }

    private void UpdateBatch(Tensor<T> scores, Tensor<T> logits, OpIndices positives, Tensor<T> weights)
    {
        QueryRanks logitRanks = LogitRanks.Of(logits, logits, positives);
        QueryRanks? scoreRanks = options.TfrsCompatible ? null : LogitRanks.Of(scores, logits, positives);
        float[] added = weights.IsDefault ? [] : Floats(weights);
        lock (_lock)
        {
            _logitRanks.Add(logitRanks);
            if (scoreRanks is not null)
            {
                _scoreRanks.Add(scoreRanks);
            }

            for (int row = 0; row < logitRanks.Count; row++)
            {
                _batchWeights.Add(added.Length == 0 ? 1 : added[row]);
            }
        }
    }

    private void UpdateLoss(Tensor<T> losses, Tensor<T> weights)
    {
        using Scratch<double> values = new(losses.Shape.Length), factors = new(weights.IsDefault ? 0 : losses.Shape.Length);
        TensorPrimitives.ConvertTruncating<T, double>(losses.Span, values.Span);
        if (!weights.IsDefault)
        {
            TensorPrimitives.ConvertTruncating<T, double>(weights.Span, factors.Span);
        }

        lock (_lock)
        {
            for (int i = 0; i < options.LossMetrics.Count; i++)
            {
                options.LossMetrics[i].Update(values.Span, factors.Span);
            }
        }
    }

    private void AddBatch(SortedDictionary<string, double> results)
    {
        lock (_lock)
        {
            float[] weights = [.. _batchWeights];
            if (weights.AsSpan().ContainsAnyExcept(0f))
            {
                AddSeries(results, "batch_logits/", _logitRanks, weights);
                AddSeries(results, "batch_scores/", _scoreRanks, weights);
            }

            foreach (ILossMetric metric in options.LossMetrics)
            {
                Add(results, metric.Name, metric.Result);
            }
        }
    }

    private void AddSeries(SortedDictionary<string, double> results, string series, List<QueryRanks> batches, float[] weights)
    {
        if (batches.Count == 0)
        {
            return;
        }

        QueryRanks ranks = QueryRanks.Concat(batches);
        foreach (RankMetric metric in options.BatchMetrics)
        {
            Add(results, series + metric.Name, metric.Of(ranks, Policy, weights));
        }
    }

    private void Add(SortedDictionary<string, double> results, string name, double value)
    {
        // What was not computed is absent, never 0.
        if (!double.IsNaN(value))
        {
            results[options.Name.Length == 0 ? name : options.Name + "/" + name] = value;
        }
    }
}
