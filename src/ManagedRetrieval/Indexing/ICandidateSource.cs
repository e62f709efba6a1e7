namespace ManagedRetrieval.Indexing;

/// <summary>Candidates that are read batch by batch, as often as it takes, so that they need not fit in memory.</summary>
/// <typeparam name="TId">What names a candidate.</typeparam>
public interface ICandidateSource<TId>
    where TId : notnull
{
    /// <summary>The number of candidates.</summary>
    int Count { get; }

    /// <summary>The number of dimensions.</summary>
    int Dimensions { get; }

    /// <summary>Reads all candidates from the first on: the same in the same order each time. A batch may share memory with the one before it.</summary>
    IEnumerable<CandidateBatch<TId>> ReadBatches();
}
