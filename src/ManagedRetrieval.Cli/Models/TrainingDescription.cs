using System.Text.Json.Serialization;

namespace ManagedRetrieval.Cli.Models;

/// <summary>How training goes through the data.</summary>
internal sealed record TrainingDescription
{
    public int Epochs { get; set; } = 20;

    public int BatchSize { get; set; } = 1024;

    public bool CorrectSamplingBias { get; set; }

    /// <summary>
    /// Lets a user's older interactions weigh less: one after which he had a others weighs (1 + a / scale)^(−power). Null
    /// weighs all alike.
    /// </summary>
    public RecencyDescription? Recency { get; set; }

    /// <summary>Further negatives that are drawn for each step, all items alike.</summary>
    public int SampledNegatives { get; set; }

    /// <summary>Further negatives that are searched for; null for none.</summary>
    public HardNegativesDescription? HardNegatives { get; set; }

    /// <summary>The metric on the validation part that decides which epoch is kept.</summary>
    public string Metric { get; set; } = "ndcg@10";

    /// <summary>Epochs without improvement after which training stops; null for never.</summary>
    public int? Patience { get; set; }

    /// <summary>
    /// Whether, once the validation part has decided how many epochs are best, the model is trained anew with it, for as
    /// many. Baselines then learn from it too.
    /// </summary>
    public bool Refit { get; set; }

    /// <summary>
    /// Whether features are fitted on all users and candidates, held-out ones among them, as TensorFlow Recommenders'
    /// tutorial does, so that none is unknown; else on the training part alone.
    /// </summary>
    public bool FitOnAll { get; set; }

    /// <summary>The epochs that a schedule of the learning rate is made for, where they are others: those of a training that this one repeats.</summary>
    [JsonIgnore]
    public int? ScheduleEpochs { get; set; }

    /// <summary>Refuses what no training can have.</summary>
    public void Check(DescriptionCheck check)
    {
        check.AtLeast(1, "epochs", Epochs);
        check.AtLeast(2, "batch_size", BatchSize);
        check.AtLeast(0, "sampled_negatives", SampledNegatives);
        check.AtLeast(1, "patience", Patience);
        Recency?.Check(check.In("recency"));
        HardNegatives?.Check(check.In("hard_negatives"));
        check.Require(
            HardNegatives is null || !CorrectSamplingBias, "correct_sampling_bias", "true", "false with hard_negatives, which have no sampling probability to correct by");
    }
}
