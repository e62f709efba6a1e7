using ManagedRetrieval.Losses;
using ManagedRetrieval.Tasks;

namespace ManagedRetrieval.Cli.Models;

/// <summary>What a loss is called in a model's description.</summary>
internal enum LossKind
{
    Softmax,
    Sigmoid,
    Bpr,
    Hinge,
}

/// <summary>How the loss is made.</summary>
internal sealed record TaskDescription
{
    public LossKind Loss { get; set; }

    /// <summary>The logits are divided by it; null for 1.</summary>
    public double? Temperature { get; set; }

    public bool LearnTemperature { get; set; }

    public double LabelSmoothing { get; set; }

    public bool RemoveAccidentalHits { get; set; } = true;

    /// <summary>Whether what a user also has in the training part is never a negative.</summary>
    public bool RemoveKnownPositives { get; set; }

    public bool Symmetric { get; set; }

    public LossReduction Reduction { get; set; } = LossReduction.Mean;

    /// <summary>Refuses what no loss can be.</summary>
    public void Check(DescriptionCheck check)
    {
        check.Positive("temperature", Temperature);
        check.BelowOne("label_smoothing", LabelSmoothing);
        check.Require(LabelSmoothing == 0 || Loss == LossKind.Softmax, "label_smoothing", LabelSmoothing, "0, since only the softmax loss has it");
        check.Require(Reduction != LossReduction.None, "reduction", "none", "sum or mean");
    }

    public RetrievalTask<float> Create() => new(new RetrievalTaskOptions<float>
    {
        Loss = Loss switch
        {
            LossKind.Sigmoid => new SigmoidLoss<float>(),
            LossKind.Bpr => new BprLoss<float>(),
            LossKind.Hinge => new HingeLoss<float>(),
            _ => LabelSmoothing > 0 ? new SoftmaxLoss<float>(LabelSmoothing) : null,
        },
        Temperature = Temperature,
        LearnTemperature = LearnTemperature,
        RemoveAccidentalHits = RemoveAccidentalHits,
        Symmetric = Symmetric,
        Reduction = Reduction,
    });
}
