namespace ManagedRetrieval.Cli.Models;

// Settable, not init-only: the serializer made at compile time would give what a file leaves out no default.

/// <summary>All that decides what <c>train</c> makes of data: the model, its training and how it is measured. A file of JSON, or a preset.</summary>
internal sealed record ModelDescription
{
    /// <summary>Of both towers' outputs, and of embeddings that say nothing else.</summary>
    public int Dimensions { get; set; } = 64;

    /// <summary>Whether outputs are scaled to length 1.</summary>
    public bool Normalize { get; set; } = true;

    /// <summary>New embeddings are uniform in ± this.</summary>
    public double EmbeddingScale { get; set; } = 0.05;

    /// <summary>Numbers of leading dimensions that are to serve on their own.</summary>
    public IReadOnlyList<int> Matryoshka { get; set; } = [];

    public required TowerDescription Query { get; init; }

    public required TowerDescription Candidate { get; init; }

    public TaskDescription Task { get; set; } = new();

    public OptimizerDescription Optimizer { get; set; } = new();

    public TrainingDescription Training { get; set; } = new();

    public SplitDescription Split { get; set; } = new();

    public EvaluationDescription Evaluation { get; set; } = new();

    /// <summary>Refuses what no model can be.</summary>
    /// <exception cref="ToolException">The message names the key and what was expected.</exception>
    public void Check(DescriptionCheck check)
    {
        check.Require(Dimensions is >= 1 and <= 1 << 16, "dimensions", Dimensions, "from 1 to 65536");
        check.Positive("embedding_scale", EmbeddingScale);
        foreach (int dimensions in Matryoshka)
        {
            check.Require(dimensions >= 1 && dimensions < Dimensions && Matryoshka.Count(other => other == dimensions) == 1, "matryoshka", dimensions, $"different numbers from 1 to below the {Dimensions} dimensions");
        }

        Query.Check(check.In("query"), FeatureDescription.ItemKey);
        Candidate.Check(check.In("candidate"), FeatureDescription.UserKey);
        Task.Check(check.In("task"));
        Optimizer.Check(check.In("optimizer"));
        Training.Check(check.In("training"));
        check.Require(
            Training.HardNegatives is null || Task.RemoveAccidentalHits,
            "task.remove_accidental_hits",
            "false",
            "true with hard_negatives, since what is found for one query is often right for another");
        Split.Check(check.In("split"));
        Evaluation.Check(check.In("evaluation"));
    }
}
