using ManagedRetrieval.Engine.Autodiff.Ops;

namespace ManagedRetrieval.Towers;

/// <summary>How the ids of a sparse feature are embedded.</summary>
public sealed record EmbeddingOptions
{
    /// <summary>The number of dimensions, at least 1; null for the model's.</summary>
    public int? Dimensions { get; init; }

    /// <summary>
    /// The table's name. Features that name one table share it, in both towers; they must then address the same number of
    /// rows. Not empty, nor beginning with <c>query.</c> or <c>candidate.</c>. Null gives the feature a table of its own.
    /// </summary>
    public string? Table { get; init; }

    /// <summary>How the rows of a list are joined.</summary>
    public BagCombiner Combiner { get; init; } = BagCombiner.Mean;

    /// <summary>Whether each id has a weight in its list, from 1 on, that training changes.</summary>
    public bool LearnWeights { get; init; }
}
