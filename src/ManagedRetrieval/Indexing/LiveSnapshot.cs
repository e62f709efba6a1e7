using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Indexing;

/// <summary>A <see cref="LiveIndex{TId}"/> as it was at one moment.</summary>
/// <remarks>Immutable, whatever is written to the live index later, and as cheap to get as a reference. It holds the memory of its rows for as long as it is held itself.</remarks>
/// <typeparam name="TId">What names a candidate.</typeparam>
public sealed class LiveSnapshot<TId> : ITopKIndex<TId>
    where TId : notnull
{
    internal LiveSnapshot(long version, LiveBase<TId>? fixedRows, DeletedRows deletedOfFixed, AddedIndex<TId> added, DeletedRows deletedOfAdded)
    {
        (Version, Fixed, DeletedOfFixed, Added, DeletedOfAdded) = (version, fixedRows, deletedOfFixed, added, deletedOfAdded);
        FixedCount = fixedRows?.Index.Count ?? 0;

        // Rows of both are numbered on, so all of them have to fit.
        Count = checked(FixedCount + added.Count) - deletedOfFixed.Count - deletedOfAdded.Count;
    }

    /// <summary>Rises by one with each change that is published, and with each compaction.</summary>
    public long Version { get; }

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public int Dimensions => Added.Dimensions;

    /// <inheritdoc/>
    public bool IsExact => Fixed?.Index.IsExact ?? true;

    /// <inheritdoc/>
    public Similarity Similarity => Added.Similarity;

    /// <summary>How many rows were added and how many were deleted since the last compaction: what the next one clears away.</summary>
    public int Changes => Added.Count + DeletedOfFixed.Count;

    /// <summary>The candidates and their embeddings as they were given, in the order of their rows: for a file, or to build another index from.</summary>
    public ICandidateSource<TId> Candidates => new LiveCandidates<TId>(this);

    /// <summary>What the last compaction built; null where there was nothing to build from.</summary>
    internal LiveBase<TId>? Fixed { get; }

    /// <summary>How many rows that has; those that were added are numbered on from there.</summary>
    internal int FixedCount { get; }

    internal DeletedRows DeletedOfFixed { get; }

    /// <summary>What was added since.</summary>
    internal AddedIndex<TId> Added { get; }

    internal DeletedRows DeletedOfAdded { get; }

    /// <inheritdoc/>
    public void Search(
        Tensor<float> queryEmbeddings, int k, CandidateFilter<TId>? filter, TopKResults<TId> results, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(results);
        SearchAlive(Added, DeletedOfAdded, queryEmbeddings, k, filter, results.Second, cancellationToken);
        int kept = Math.Min(k, Count), queries = queryEmbeddings.Shape.Rows;
        IndexArguments.CheckRoom(queries, kept, k);
        if (Fixed is not null && DeletedOfFixed.Count < FixedCount)
        {
            SearchAlive(Fixed.Index, DeletedOfFixed, queryEmbeddings, kept, filter, results.First, cancellationToken);
        }
        else
        {
            results.First.FindNothing(queries);
        }

        results.Join(kept, FixedCount);
    }

    private static void SearchAlive(
        TopKIndex<TId> index, DeletedRows deleted, Tensor<float> queryEmbeddings, int k, CandidateFilter<TId>? filter, TopKResults<TId> results, CancellationToken cancellationToken)
    {
        if (deleted.Count == 0)
        {
            index.Search(queryEmbeddings, k, filter, results, alive: default, cancellationToken);
            return;
        }

        using var alive = new Scratch<ulong>(RowSet.Words(index.Count));
        deleted.WriteAlive(index.Count, alive.Span);
        index.Search(queryEmbeddings, k, filter, results, alive.Span, cancellationToken);
    }
}
