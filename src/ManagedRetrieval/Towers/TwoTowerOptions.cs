using ManagedRetrieval.Engine.Autodiff.Ops;

namespace ManagedRetrieval.Towers;

/// <summary>What a new two-tower model looks like.</summary>
public sealed record TwoTowerOptions
{
    /// <summary>The number of dimensions of embeddings and outputs, at least 1.</summary>
    public int Dimensions { get; init; } = 64;

    /// <summary>Whether both towers look up one table; then both features must address the same number of rows.</summary>
    public bool ShareTable { get; init; }

    /// <summary>How the rows of a list of ids are joined.</summary>
    public BagCombiner Combiner { get; init; } = BagCombiner.Mean;

    /// <summary>Whether each tower has a linear layer of its own after the bag.</summary>
    public bool Linear { get; init; }

    /// <summary>Whether outputs are scaled to Euclidean length 1, so that a score is a cosine.</summary>
    public bool Normalize { get; init; } = true;

    /// <summary>New embeddings are uniform in ± this; positive and finite. Keras's default is 0.05.</summary>
    public double EmbeddingScale { get; init; } = 0.05;

    /// <summary>Decides all initial values.</summary>
    public ulong Seed { get; init; }
}
