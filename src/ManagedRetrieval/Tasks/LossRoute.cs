namespace ManagedRetrieval.Tasks;

/// <summary>Which way a loss is made.</summary>
internal enum LossRoute
{
    /// <summary>Streamed where it can be and is worth it.</summary>
    Automatic,

    /// <summary>Streamed wherever it can be.</summary>
    Streamed,

    /// <summary>By ops on the matrix of scores.</summary>
    Materialized,
}
