namespace ManagedRetrieval.Tasks;

/// <summary>How a <see cref="RetrievalTask{T}"/> makes its loss. The names are those of TensorFlow Recommenders' <c>Retrieval</c>.</summary>
public sealed record RetrievalTaskOptions
{
    /// <summary>The logits are divided by it; positive and finite. Null divides by nothing.</summary>
    public double? Temperature { get; init; }

    /// <summary>Whether a negative that bears the positive's id is taken out. Needs candidate ids at each call.</summary>
    public bool RemoveAccidentalHits { get; init; }
}
