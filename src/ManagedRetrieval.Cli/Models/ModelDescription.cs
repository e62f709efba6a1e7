namespace ManagedRetrieval.Cli.Models;

/// <summary>All that decides what <c>train</c> makes of data: the model, its training and how it is measured. A file of JSON, or a preset.</summary>
internal sealed record ModelDescription
{
    /// <summary>Of both towers' outputs, and of embeddings that say nothing else.</summary>
    public int Dimensions { get; init; } = 64;

    /// <summary>Whether outputs are scaled to length 1.</summary>
    public bool Normalize { get; init; } = true;

    /// <summary>New embeddings are uniform in ± this.</summary>
    public double EmbeddingScale { get; init; } = 0.05;

    /// <summary>Numbers of leading dimensions that are to serve on their own.</summary>
    public IReadOnlyList<int> Matryoshka { get; init; } = [];

    public required TowerDescription Query { get; init; }

    public required TowerDescription Candidate { get; init; }

    public TaskDescription Task { get; init; } = new();

    public OptimizerDescription Optimizer { get; init; } = new();

    public TrainingDescription Training { get; init; } = new();

    public SplitDescription Split { get; init; } = new();

    public EvaluationDescription Evaluation { get; init; } = new();
}
