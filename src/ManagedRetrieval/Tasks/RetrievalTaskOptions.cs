using System.Numerics;
using ManagedRetrieval.Losses;
using ManagedRetrieval.Metrics;

namespace ManagedRetrieval.Tasks;

/// <summary>How a <see cref="RetrievalTask{T}"/> makes its loss. The names are those of TensorFlow Recommenders' <c>Retrieval</c>.</summary>
public sealed record RetrievalTaskOptions<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>What a row of logits costs. Null is softmax cross-entropy.</summary>
    public IRetrievalLoss<T>? Loss { get; init; }

    /// <summary>How the rows' losses become one.</summary>
    public LossReduction Reduction { get; init; } = LossReduction.Sum;

    /// <summary>Metrics over the whole corpus, updated by each call that computes metrics, which those of a <see cref="Training.Trainer"/> do not. Tasks that are given the same metric share it.</summary>
    public MetricList<FactorizedTopK<T>> Metrics { get; init; } = [];

    /// <summary>Metrics over the batch's own candidates, updated by each call that computes batch metrics.</summary>
    public MetricList<RankMetric> BatchMetrics { get; init; } = [];

    /// <summary>Metrics that summarise the loss, updated by each call. Give each task its own: a task locks its metrics against its own threads only.</summary>
    public MetricList<ILossMetric> LossMetrics { get; init; } = [];

    /// <summary>The logits are divided by it; positive and finite. Null divides by nothing.</summary>
    public double? Temperature { get; init; }

    /// <summary>Whether the temperature is a parameter that training changes, from <see cref="Temperature"/> or 1 on, clamped to [0.01, 100].</summary>
    public bool LearnTemperature { get; init; }

    /// <summary>Which logits are corrected by the sampling probability, where one is given.</summary>
    public SamplingCorrection SamplingCorrection { get; init; }

    /// <summary>How many negatives a row keeps, those with the largest logits. Null, zero and negative keep all, and so does a number that is no smaller than C − 1.</summary>
    public int? NumberOfHardNegatives { get; init; }

    /// <summary>Whether a negative that bears the positive's id is taken out. Needs candidate ids at each call.</summary>
    public bool RemoveAccidentalHits { get; init; }

    /// <summary>What happens to a row whose own positive the score mask hides.</summary>
    public MaskedPositive MaskedPositive { get; init; }

    /// <summary>
    /// Whether half the loss is taken over rows and half over the first Q columns, where each candidate picks its query.
    /// What is removed for a pair is removed both ways.
    /// </summary>
    public bool Symmetric { get; init; }

    /// <summary>The prefix of metric names; empty for none.</summary>
    public string Name { get; init; } = "retrieval";

    /// <summary>
    /// Whether to compute what TensorFlow Recommenders computes where this library does better by default: a mean is
    /// divided by Q, sampling probabilities below 1e-6 count as 1e-6, tied heads share the gradient, batch metrics see
    /// corrected logits only, ties count for the positive.
    /// </summary>
    public bool TfrsCompatible { get; init; }

    /// <summary>Which way the loss is made; tests force one.</summary>
    internal LossRoute Route { get; init; }
}
