namespace ManagedRetrieval.Towers;

/// <summary>How a sequence becomes one row.</summary>
public enum HistoryKind
{
    /// <summary>The mean of its rows: <see cref="MeanHistory{T}"/>.</summary>
    Mean,

    /// <summary>A weighted mean, whose weights are learnt from the rows: <see cref="AttentionPooling{T}"/>.</summary>
    Attention,

    /// <summary>The last state of a gated recurrent unit: <see cref="RecurrentHistory{T}"/>.</summary>
    Recurrent,

    /// <summary>Self-attention in which each row sees those before it: <see cref="CausalAttentionHistory{T}"/>.</summary>
    CausalAttention,
}
