using System.Collections.ObjectModel;
using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Metrics;

namespace ManagedRetrieval.Tasks;

/// <summary>The metrics of a task, gathered over calls.</summary>
internal sealed class RetrievalTaskMetrics<T>(RetrievalTaskOptions<T> options)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly object _lock = new();
    private readonly List<QueryRanks> _scoreRanks = [];
    private readonly List<QueryRanks> _logitRanks = [];
    private readonly List<float> _batchWeights = [];

    public MetricList<FactorizedTopK<T>> Factorized { get; set; } = options.Metrics;

    private TiePolicy Policy => options.TfrsCompatible ? TiePolicy.Optimistic : TiePolicy.Expected;

    /// <summary>Gives a call's results to every metric that is asked for; does nothing where none is.</summary>
    /// <param name="queryEmbeddings">[Q, d] or [Q, H, d].</param>
    /// <param name="candidateEmbeddings">[C, d].</param>
    /// <param name="scores">[Q, C], as step 1 made them.</param>
    /// <param name="logits">[Q, C], as the loss saw them.</param>
    /// <param name="losses">[Q], not weighted.</param>
    /// <param name="weights">[Q], 0 for dropped rows; the default value where all are 1.</param>
    /// <param name="arguments">Of the call.</param>
    public void Update(
        Tensor<T> queryEmbeddings, Tensor<T> candidateEmbeddings, Tensor<T> scores, Tensor<T> logits, Tensor<T> losses, Tensor<T> weights, in RetrievalArguments<T> arguments)
    {
        int queries = losses.Shape.Length;
        if (arguments.ComputeMetrics && Factorized.Count > 0)
        {
            CandidateIds ids = arguments.CandidateIds.Count == 0 ? default : arguments.CandidateIds.Take(queries);
            float[] sampleWeight = arguments.SampleWeight.IsDefault ? [] : Floats(arguments.SampleWeight);
            foreach (FactorizedTopK<T> metric in Factorized)
            {
                metric.Update(queryEmbeddings, candidateEmbeddings.Rows(0, queries), ids, sampleWeight, arguments.MetricExclusions);
            }
        }

        if (arguments.ComputeBatchMetrics && options.BatchMetrics.Count > 0)
        {
            UpdateBatch(scores, logits, weights, arguments);
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

    private void UpdateBatch(Tensor<T> scores, Tensor<T> logits, Tensor<T> weights, in RetrievalArguments<T> arguments)
    {
        // A tape of its own, since the lists must not grow the step's memory only when metrics are on.
        OpIndices positives = QueryPositives.OfQueries(new Tape<T>(), logits.Shape.Rows, arguments);
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
        double[] values = new double[losses.Shape.Length];
        double[] factors = new double[values.Length];
        Array.Fill(factors, 1);
        TensorPrimitives.ConvertTruncating<T, double>(losses.Span, values);
        if (!weights.IsDefault)
        {
            TensorPrimitives.ConvertTruncating<T, double>(weights.Span, factors);
        }

        lock (_lock)
        {
            foreach (ILossMetric metric in options.LossMetrics)
            {
                metric.Update(values, factors);
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
