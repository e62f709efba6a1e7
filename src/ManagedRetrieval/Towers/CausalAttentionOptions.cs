namespace ManagedRetrieval.Towers;

/// <summary>What a new <see cref="CausalAttentionHistory{T}"/> looks like.</summary>
public sealed record CausalAttentionOptions
{
    /// <summary>How many positions are learnt, counted from the end of a sequence, at least 1; rows farther from it share the last.</summary>
    public int MaximumLength { get; init; } = 50;

    /// <summary>How many blocks of attention, at least 1.</summary>
    public int Blocks { get; init; } = 2;

    /// <summary>The width of the hidden layer of each block, at least 1; null for that of the rows, as in the paper.</summary>
    public int? Hidden { get; init; }

    /// <summary>The share of elements that a step of training drops, from 0 to less than 1.</summary>
    public double DropoutRate { get; init; } = 0.2;
}
