namespace ManagedRetrieval.Towers;

/// <summary>How the ids of a sequence are embedded and made one row.</summary>
public sealed record SequenceOptions
{
    /// <summary>What makes one row of a sequence.</summary>
    public HistoryKind Encoder { get; init; }

    /// <summary>The number of dimensions of a row of the table, at least 1; null for the model's.</summary>
    public int? Dimensions { get; init; }

    /// <summary>The table's name, such as that of the candidates' own ids: see <see cref="EmbeddingOptions.Table"/>.</summary>
    public string? Table { get; init; }

    /// <summary>For <see cref="HistoryKind.Recurrent"/> the length of the state, for <see cref="HistoryKind.Attention"/> that of the hidden layer, at least 1; null for the dimensions.</summary>
    public int? Hidden { get; init; }

    /// <summary>For <see cref="HistoryKind.CausalAttention"/>.</summary>
    public CausalAttentionOptions CausalAttention { get; init; } = new();
}
