using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Indexing;

/// <summary>How a <see cref="LiveIndex{TId}"/> works.</summary>
/// <typeparam name="TId">What names a candidate.</typeparam>
public sealed class LiveIndexOptions<TId>
    where TId : notnull
{
    /// <summary>
    /// Puts the candidates of a compaction where later ones find them, such as in a file, and returns them from there; called before the new index
    /// is built, with candidates that can be read only until it returns. Null keeps a copy in memory: 4 · d bytes for each.
    /// </summary>
    /// <remarks>What an earlier compaction kept may be cleared away when no snapshot that was taken before this one is in use.</remarks>
    public Func<ICandidateSource<TId>, CancellationToken, ICandidateSource<TId>>? Keep { get; init; }

    /// <summary>
    /// Compacts on the thread pool when rows added and deleted are more than this share of the candidates built from, and more than 1,024; null for
    /// only when asked.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a number, or not above 0.</exception>
    public double? CompactAt
    {
        get;
        init
        {
            if (value is { } share && !(share > 0))
            {
                throw new ArgumentOutOfRangeException(nameof(CompactAt), share, "CompactAt must be above 0.");
            }

            field = value;
        }
    }

    /// <summary>Shares out searches among the rows that were added; null runs them on the calling thread. It is used, not owned.</summary>
    public WorkerTeam? Workers { get; init; }
}
