using System.Numerics;

namespace ManagedRetrieval.Engine.Kernels.SoftmaxLoss;

/// <summary>The listed entries of a block of queries, its positives and what is removed, by ascending column.</summary>
internal unsafe struct BlockEntries<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Bits for the lane: no strip of results has more than 64 columns.</summary>
    private const int LaneBits = 6;

    private const uint IsRemoved = 1u << 31;

    private readonly ulong* _entries;
    private readonly int _count;
    private readonly int _query;
    private readonly int _queries;
    private int _next;

    /// <summary>Gathers them.</summary>
    /// <param name="context">What they are of.</param>
    /// <param name="block">The block.</param>
    /// <param name="entries">Room for <see cref="Count"/>; it is kept.</param>
    public BlockEntries(in SoftmaxContext<T> context, int block, ulong* entries)
    {
        _entries = entries;
        (_count, _query, _queries) = (Count(context, block), context.FirstQuery(block), context.QueriesOf(block));
        int filled = 0, firstPositive = context.PositiveOffsets[_query];
        for (int lane = 0; lane < _queries; lane++)
        {
            int query = _query + lane;
            for (int p = context.PositiveOffsets[query]; p < context.PositiveOffsets[query + 1]; p++)
            {
                entries[filled++] = ((ulong)context.Positives[p] << 32) | (uint)((p - firstPositive) << LaneBits) | (uint)lane;
            }

            if (context.RemovedOffsets is not null)
            {
                for (int r = context.RemovedOffsets[query]; r < context.RemovedOffsets[query + 1]; r++)
                {
                    entries[filled++] = ((ulong)context.Removed[r] << 32) | IsRemoved | (uint)lane;
                }
            }
        }

        new Span<ulong>(entries, _count).Sort();
        int start = context.FirstChunk * context.ChunkRows;
        while (_next < _count && (int)(entries[_next] >> 32) < start)
        {
            _next++;
        }
    }

    /// <summary>How many a block has.</summary>
    public static int Count(in SoftmaxContext<T> context, int block)
    {
        int query = context.FirstQuery(block), end = query + context.QueriesOf(block);
        int positives = context.PositiveOffsets[end] - context.PositiveOffsets[query];
        return context.RemovedOffsets is null ? positives : positives + (context.RemovedOffsets[end] - context.RemovedOffsets[query]);
    }

    /// <summary>Takes those of one chunk, which must follow the last one, out of its scores, and keeps what the positives were.</summary>
    /// <param name="context">What they are of.</param>
    /// <param name="chunk">Counted from the first of all.</param>
    /// <param name="scores">[chunk rows, lanes].</param>
    /// <param name="heads">[heads, chunk rows, lanes]: of what the scores are the greatest.</param>
    public void TakeOut(in SoftmaxContext<T> context, int chunk, T* scores, T* heads)
    {
        int start = chunk * context.ChunkRows, end = start + context.ChunkRows;
        for (; _next < _count; _next++)
        {
            ulong entry = _entries[_next];
            int column = (int)(entry >> 32), lane = (int)(entry & ((1 << LaneBits) - 1));
            if (column >= end)
            {
                return;
            }

            int place = ((column - start) * context.Lanes) + lane;
            if (((uint)entry & IsRemoved) == 0 && context.Pass != SoftmaxPass.Gradients)
            {
                Keep(context, context.PositiveOffsets[_query] + (int)((uint)entry >> LaneBits), column, scores[place], heads + place);
            }

            scores[place] = T.NegativeInfinity;
        }
    }

    /// <summary>Takes out what the mask hides, and every entry of a lane that has no query.</summary>
    public readonly void Hide(in SoftmaxContext<T> context, int chunk, int rows, T* scores)
    {
        int start = chunk * context.ChunkRows, lanes = context.Lanes;
        for (int lane = 0; lane < lanes; lane++)
        {
            if (lane >= _queries)
            {
                HideLane(context, scores, lane);
            }
            else if (context.Mask is not null)
            {
                bool* row = context.Mask + ((nint)(_query + lane) * context.Candidates);
                if (!row[_query + lane])
                {
                    HideLane(context, scores, lane);
                    continue;
                }

                var considered = new ReadOnlySpan<bool>(row + start, rows);
                for (int next, j = 0; (next = considered[j..].IndexOf(false)) >= 0; j++)
                {
                    j += next;
                    scores[((nint)j * lanes) + lane] = T.NegativeInfinity;
                }
            }
        }
    }

    private static void Keep(in SoftmaxContext<T> context, int positive, int column, T score, T* heads)
    {
        context.Logits[positive] = context.LogProbability is null || context.KeepsPositives ? score : score - context.LogProbability[column];
        if (context.Heads > 1)
        {
            int head = 0;
            while (head < context.Heads - 1 && heads[head * context.TileSize] != score)
            {
                head++;
            }

            context.PullHeads[positive] = head;
        }
    }

    private static void HideLane(in SoftmaxContext<T> context, T* scores, int lane)
    {
        for (int j = 0; j < context.ChunkRows; j++)
        {
            scores[((nint)j * context.Lanes) + lane] = T.NegativeInfinity;
        }
    }
}
