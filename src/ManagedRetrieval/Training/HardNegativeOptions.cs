namespace ManagedRetrieval.Training;

/// <summary>Negatives that the model itself confuses with the right ones: for each query of a step the nearest candidates of the whole corpus.</summary>
/// <remarks>
/// <para>
/// As in Xiong et al., Approximate Nearest Neighbor Negative Contrastive Learning, ICLR 2021, but with exact search. The corpus is embedded anew every
/// <see cref="EverySteps"/> steps, without dropout, and kept; in between it is a little stale. What is found joins the step as further candidates of all queries,
/// each once, embedded with the present parameters and with gradient; what the step has already does not come again.
/// </para>
/// <para>
/// A pair's own candidate is never found for it, nor is what its group has, where the data has groups. The task must remove accidental hits, because
/// what is found for one query is often right for its neighbour in the batch. A candidate found this way has no sampling probability, so
/// <see cref="TrainingOptions.CorrectSamplingBias"/> must be off.
/// </para>
/// </remarks>
public sealed record HardNegativeOptions
{
    /// <summary>After how many steps the corpus is embedded anew, at least 1.</summary>
    public int EverySteps { get; init; } = 100;

    /// <summary>How many candidates are found for each query, at least 1.</summary>
    public int PerQuery { get; init; } = 1;

    /// <summary>How many of the nearest ones are passed over first, not negative: where the data does not know all that is right, they often are.</summary>
    public int Skip { get; init; }
}
