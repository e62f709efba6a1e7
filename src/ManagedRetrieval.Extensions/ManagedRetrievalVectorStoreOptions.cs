using ManagedRetrieval.Engine.Parallel;
using Microsoft.Extensions.AI;

namespace ManagedRetrieval.Extensions;

/// <summary>How a <see cref="ManagedRetrievalVectorStore"/> works. It is read when the store is made.</summary>
public sealed class ManagedRetrievalVectorStoreOptions
{
    /// <summary>
    /// Embeds what collections are searched for and, where a record holds what is to be embedded, what they store; for vector properties without a generator of their own. Null
    /// for none; the container's, where it makes the store.
    /// </summary>
    public IEmbeddingGenerator? EmbeddingGenerator { get; set; }

    /// <summary>Shares out searches; null runs them on the calling thread. It is used, not owned.</summary>
    public WorkerTeam? Workers { get; set; }

    /// <summary>
    /// Collections build their indexes anew on the thread pool when more than this share of their records, and more than 1,024, was written since; null for never. Until then
    /// such records are searched exactly, and deleted ones keep their memory.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a number, or not above 0.</exception>
    public double? CompactAt
    {
        get;
        set => field = value is null or > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "CompactAt must be above 0.");
    } = 0.5;
}
