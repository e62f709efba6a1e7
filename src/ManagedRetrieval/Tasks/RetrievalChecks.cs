using System.Numerics;
using ManagedRetrieval.Checks;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Losses;
using ManagedRetrieval.Metrics;

namespace ManagedRetrieval.Tasks;

/// <summary>The door of the retrieval task: whatever does not fit is refused before anything is computed.</summary>
internal static class RetrievalChecks
{
    public static void Options<T>(RetrievalTaskOptions<T> options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        NotNull(nameof(options), options.Name, nameof(options.Name));
        NotNull(nameof(options), options.Metrics, nameof(options.Metrics));
        NotNull(nameof(options), options.BatchMetrics, nameof(options.BatchMetrics));
        NotNull(nameof(options), options.LossMetrics, nameof(options.LossMetrics));
        if (options.Reduction is not (LossReduction.Sum or LossReduction.Mean or LossReduction.None))
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.Reduction, $"{nameof(options.Reduction)} must be Sum, Mean or None.");
        }

        if (options.SamplingCorrection is not (SamplingCorrection.AllColumns or SamplingCorrection.NegativesOnly))
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.SamplingCorrection, $"{nameof(options.SamplingCorrection)} must be AllColumns or NegativesOnly.");
        }

        if (options.MaskedPositive is not (MaskedPositive.Error or MaskedPositive.DropRow))
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.MaskedPositive, $"{nameof(options.MaskedPositive)} must be Error or DropRow.");
        }

        Names(nameof(options), options, options.Metrics);
        if (options.Temperature is { } temperature)
        {
            LossCheck.Temperature<T>(nameof(options.Temperature), temperature, nameof(options));
            if (options.LearnTemperature && !(temperature >= DivideByTemperature<T>.MinimumTemperature && temperature <= DivideByTemperature<T>.MaximumTemperature))
            {
                throw Misfit(
                    nameof(options),
                    FormattableString.Invariant($"{nameof(options.Temperature)} must lie in [0.01, 100] where it is learnt, not {temperature}."));
            }
        }
    }

    public static (int Queries, int Candidates) Embeddings<T>(Tensor<T> queryEmbeddings, Tensor<T> candidateEmbeddings, CandidateIds queryIds, CandidateIds candidateIds)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (Shape query, Shape candidate) = (queryEmbeddings.Shape, candidateEmbeddings.Shape);
        if (query.Rank is not (2 or 3) || query.Rows == 0 || (query.Rank == 3 && query[1] == 0))
        {
            throw Argument.OtherShape(nameof(queryEmbeddings), "[Q, d] or [Q, H, d] with at least one row and one head", query);
        }

        int dimensions = query[query.Rank - 1];
        if (candidate.Rank != 2 || candidate[1] != dimensions || candidate[0] < query.Rows)
        {
            throw Argument.OtherShape(nameof(candidateEmbeddings), $"[C, {dimensions}] with C at least {query.Rows}", candidate);
        }

        Finite(nameof(queryEmbeddings), queryEmbeddings, queryIds);
        Finite(nameof(candidateEmbeddings), candidateEmbeddings, candidateIds);
        return (query.Rows, candidate.Rows);
    }

    public static void Arguments<T>(in RetrievalArguments<T> arguments, RetrievalTaskOptions<T> options, int queries, int candidates)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!arguments.SampleWeight.IsDefault)
        {
            LossCheck.Weights(nameof(arguments.SampleWeight), arguments.SampleWeight, queries);
        }

        if (!arguments.CandidateSamplingProbability.IsDefault)
        {
            LossCheck.Probabilities(
                nameof(arguments.CandidateSamplingProbability), arguments.CandidateSamplingProbability, candidates, options.TfrsCompatible);
        }

        if (options.RemoveAccidentalHits || arguments.CandidateIds.Count > 0)
        {
            LossCheck.Ids(nameof(arguments.CandidateIds), arguments.CandidateIds, candidates, "candidates", nameof(options.RemoveAccidentalHits));
        }

        if (!arguments.KnownPositives.Offsets.IsEmpty || arguments.KnownPositives.Ids.Count > 0)
        {
            LossCheck.Ids(nameof(arguments.CandidateIds), arguments.CandidateIds, candidates, "candidates", nameof(arguments.KnownPositives));
            LossCheck.Known(nameof(arguments.KnownPositives), arguments.KnownPositives, arguments.CandidateIds, queries);
        }

        if (!arguments.ScoreMask.IsDefault)
        {
            LossCheck.Mask(nameof(arguments.ScoreMask), arguments.ScoreMask, queries, candidates, options.MaskedPositive);
        }

        Positives(arguments, queries, candidates);
    }

    /// <summary>What the metrics of a call need, where they are computed.</summary>
    public static void Metrics<T>(in RetrievalArguments<T> arguments, RetrievalTaskOptions<T> options, MetricList<FactorizedTopK<T>> metrics, Shape queryEmbeddings, int candidates)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool factorized = arguments.ComputeMetrics && metrics.Count > 0;
        if (!arguments.SampleWeight.IsDefault && (factorized || (arguments.ComputeBatchMetrics && options.BatchMetrics.Count > 0)))
        {
            LossCheck.FloatWeights(nameof(arguments.SampleWeight), arguments.SampleWeight);
        }

        for (int i = 0; factorized && i < metrics.Count; i++)
        {
            if (metrics[i].HasIdentifiers)
            {
                LossCheck.Ids(nameof(arguments.CandidateIds), arguments.CandidateIds, candidates, "candidates", "A metric with identifiers");
            }

            CandidateIds ids = arguments.CandidateIds.Count == 0 ? default : arguments.CandidateIds.Take(queryEmbeddings.Rows);
            metrics[i].Check(
                (nameof(queryEmbeddings), queryEmbeddings), (nameof(arguments.CandidateIds), ids), (nameof(arguments.MetricExclusions), arguments.MetricExclusions));
        }
    }

    /// <summary>No two metrics report under one name, since one would hide the other.</summary>
    public static void Names<T>(string argument, RetrievalTaskOptions<T> options, MetricList<FactorizedTopK<T>> metrics)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        IEnumerable<string> names = options.BatchMetrics.SelectMany(metric => new[] { "batch_logits/" + metric.Name, "batch_scores/" + metric.Name })
            .Concat(options.LossMetrics.Select(metric => metric.Name))
            .Concat(metrics.SelectMany(metric => metric.ResultNames));
        if (options.LossMetrics.Any(metric => string.IsNullOrEmpty(metric.Name)))
        {
            throw Misfit(argument, "LossMetrics must have names.");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        if (names.FirstOrDefault(name => !seen.Add(name)) is { } twice)
        {
            throw Misfit(argument, $"Metrics must report under different names, but two of them do under '{twice}'.");
        }
    }

    private static void Positives<T>(in RetrievalArguments<T> arguments, int queries, int candidates)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = nameof(RetrievalArguments<>.PositiveColumns);
        if (arguments.QueryIds.Count > 0)
        {
            LossCheck.Ids(nameof(arguments.QueryIds), arguments.QueryIds, queries, "queries", nameof(RetrievalTask<>));
        }

        if (arguments.PositiveColumns is not { } columns)
        {
            return;
        }

        if (arguments.QueryIds.Count > 0)
        {
            throw Misfit(Name, $"{Name} and {nameof(arguments.QueryIds)} both say which columns are positives; give one of them.");
        }

        if (columns.Count != queries)
        {
            throw Misfit(Name, $"{Name} must be a list for each of the {queries} queries, not {columns.Count}.");
        }

        for (int row = 0; row < queries; row++)
        {
            foreach (int column in columns[row])
            {
                if (column >= candidates)
                {
                    throw Misfit(Name, $"{Name} must be columns from 0 to {candidates - 1}, but the list of row {row} holds {column}.");
                }
            }
        }
    }

    private static void Finite<T>(string name, Tensor<T> embeddings, CandidateIds ids)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (embeddings.Shape.Length == 0 || TensorPrimitives.IsFiniteAll<T>(embeddings.Span))
        {
            return;
        }

        for (int row = 0; row < embeddings.Shape.Rows; row++)
        {
            foreach (T value in embeddings.Row(row))
            {
                if (!T.IsFinite(value))
                {
                    string id = ids.Count == embeddings.Shape.Rows ? $" (id {ids.Describe(row)})" : "";
                    throw new ArgumentException(
                        FormattableString.Invariant($"{name} must be finite, but row {row}{id} holds {value}."), name);
                }
            }
        }
    }

    private static void NotNull(string argument, object? option, string name)
    {
        if (option is null)
        {
            throw new ArgumentNullException(argument, $"{name} must not be null.");
        }
    }

    private static ArgumentException Misfit(string argument, string message) => new(message, argument);
}
