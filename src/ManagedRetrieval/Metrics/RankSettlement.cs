using System.Numerics;
using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Metrics;

/// <summary>Takes the rows that do not compete off the counts of a pass, and joins what remains into blocks, query by query.</summary>
/// <remarks>
/// A row that does not compete is scored once more, by the chain that the pass used, so it is taken off exactly where it
/// was counted. A positive whose score is NaN ranks below every competitor, those whose score is NaN among them.
/// </remarks>
internal ref struct RankSettlement<T> : IParallelJob
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private Partition _parts;

    public required Tensor<T> Queries;
    public required Tensor<T> Candidates;

    /// <summary>[Q + 1]: where each query's positives start.</summary>
    public required ReadOnlySpan<int> Offsets;
    public required ReadOnlySpan<T> PositiveScores;

    /// <summary>The rows that are the positives' own; null where they are not known, and one tie is taken to be its own copy.</summary>
    public required RaggedIds? OwnRows;
    public required RaggedIds? Excluded;

    /// <summary>[positives]: counted over all candidates; then over competitors alone.</summary>
    public required int[] Above;

    /// <summary>[positives]: counted over all candidates; then over competitors alone.</summary>
    public required int[] Tied;

    /// <summary>[Q]: scores that are NaN, of all candidates; then of competitors alone.</summary>
    public required int[] NoNumbers;

    /// <summary>[positives]: receives each query's blocks, from its first positive's place on.</summary>
    public required RankBlock[] Blocks;

    /// <summary>[Q]: receives the number of each query's blocks.</summary>
    public required int[] BlockCounts;

    /// <summary>[Q]: receives the number of each query's negatives.</summary>
    public required int[] Negatives;
    public required CancellationToken CancellationToken;

    /// <summary>Settles all queries.</summary>
    public void Run(WorkerTeam team)
    {
        int queries = Queries.Shape.Rows;
        long rows = (OwnRows?.Ids.Length ?? 0L) + (Excluded?.Ids.Length ?? 0L);
        _parts = Partition.ByCost(queries, ((rows / Math.Max(1, queries)) + 1) * Queries.Shape.RowLength);
        team.Run(this, _parts.Parts);
    }

    /// <inheritdoc/>
    public void Run(int part)
    {
        CancellationToken.ThrowIfCancellationRequested();
        (int start, int count) = _parts[part];
        for (int query = start; query < start + count; query++)
        {
            Settle(query);
        }
    }

    private void Settle(int query)
    {
        ReadOnlySpan<int> own = OwnRows is null ? [] : OwnRows[query];
        ReadOnlySpan<int> excluded = Excluded is null ? [] : Excluded[query];
        using var scratch = new Scratch<int>(own.Length + excluded.Length);
        Span<int> rows = scratch.Span;
        own.CopyTo(rows);
        excluded.CopyTo(rows[own.Length..]);
        rows.Sort();
        (int first, int end) = (Offsets[query], Offsets[query + 1]);
        int competitors = Candidates.Shape.Rows;
        for (int i = 0; i < rows.Length; i++)
        {
            if (i == 0 || rows[i] != rows[i - 1])
            {
                competitors--;
                TakeOff(query, rows[i], first, end);
            }
        }

        for (int positive = first; positive < end; positive++)
        {
            bool noNumber = T.IsNaN(PositiveScores[positive]);
            ref int same = ref (noNumber ? ref NoNumbers[query] : ref Tied[positive]);
            if (OwnRows is null && same > 0)
            {
                same--;
                competitors--;
            }

            if (noNumber)
            {
                Above[positive] = competitors;
            }
        }

        Negatives[query] = competitors - NoNumbers[query];
        BlockCounts[query] = RankBlocks.Build(
            PositiveScores[first..end], Above.AsSpan(first..end), Tied.AsSpan(first..end), Blocks.AsSpan(first..end));
    }

    private readonly void TakeOff(int query, int row, int first, int end)
    {
        T score = ScoreTiles.One<T>(Queries.Row(query), Candidates.Row(row));
        NoNumbers[query] -= T.IsNaN(score) ? 1 : 0;
        for (int positive = first; positive < end; positive++)
        {
            Above[positive] -= score > PositiveScores[positive] ? 1 : 0;
            Tied[positive] -= score == PositiveScores[positive] ? 1 : 0;
        }
    }
}
