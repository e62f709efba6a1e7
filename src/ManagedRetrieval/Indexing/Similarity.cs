namespace ManagedRetrieval.Indexing;

/// <summary>What makes the score of a candidate for a query.</summary>
public enum Similarity
{
    /// <summary>q · c.</summary>
    DotProduct,

    /// <summary>q · c / (|q| · |c|): both are brought to length 1 first. A vector of zeros stays one, so its scores are 0.</summary>
    Cosine,
}
