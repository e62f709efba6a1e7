using System.Numerics;

namespace ManagedRetrieval.Engine.Kernels.Scoring;

/// <summary>Keeps each query's k best candidates: highest score first, among equal scores the lowest row first.</summary>
/// <remarks>
/// Per query a binary heap with the worst kept entry at its root. Rows arrive in ascending order, so a score equal to
/// the root's can never displace it. NaN never enters, nor does a row that is excluded: a tile is read in the stretches
/// between such rows, so a query that excludes many may end with fewer than k entries. Whether a row is admitted is asked
/// of those alone that would enter.
/// <see cref="Finish"/> turns the heaps into sorted lists.
/// </remarks>
/// <param name="k">Entries per query, at most the number of candidates.</param>
/// <param name="scores">[queries, k]; written over.</param>
/// <param name="rows">[queries, k]; written over.</param>
/// <param name="sizes">[queries]; zeros at the start, then how many entries each query has.</param>
/// <param name="excluded">Rows to skip, one query's after the other's, each query's ascending without repetition.</param>
/// <param name="offsets">[queries + 1]: where each query's start; empty where nothing is excluded. Where candidates are cut into ranges, queries count on from range to range and these start again.</param>
/// <param name="admitted">A bit for each row, the lowest of a word first, that is set where it may be kept; empty where all may.</param>
internal readonly ref struct TopKSink<T>(
    int k,
    Span<T> scores,
    Span<int> rows,
    Span<int> sizes,
    ReadOnlySpan<int> excluded = default,
    ReadOnlySpan<int> offsets = default,
    ReadOnlySpan<ulong> admitted = default) : IScoreSink<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Span<T> _scores = scores;
    private readonly Span<int> _rows = rows;
    private readonly Span<int> _sizes = sizes;
    private readonly ReadOnlySpan<int> _excluded = excluded;
    private readonly ReadOnlySpan<int> _offsets = offsets;
    private readonly ReadOnlySpan<ulong> _admitted = admitted;

    /// <inheritdoc/>
    public void Accept(int query, int firstRow, ReadOnlySpan<T> tile)
    {
        int start = 0;
        if (!_offsets.IsEmpty)
        {
            int list = query % (_offsets.Length - 1);
            ReadOnlySpan<int> skipped = _excluded[_offsets[list].._offsets[list + 1]];
            int next = skipped.BinarySearch(firstRow);
            for (next = next < 0 ? ~next : next; next < skipped.Length && skipped[next] - firstRow < tile.Length; next++)
            {
                int end = skipped[next] - firstRow;
                Take(query, firstRow + start, tile[start..end]);
                start = end + 1;
            }
        }

        Take(query, firstRow + start, tile[start..]);
    }

    /// <summary>Sorts the entries of the queries, best first.</summary>
    public void Finish(int first, int count)
    {
        for (int query = first; query < first + count; query++)
        {
            Span<T> heap = _scores.Slice(query * k, k);
            Span<int> heapRows = _rows.Slice(query * k, k);
            for (int last = _sizes[query] - 1; last > 0; last--)
            {
                (T score, int row) = (heap[last], heapRows[last]);
                (heap[last], heapRows[last]) = (heap[0], heapRows[0]);
                SiftDown(heap, heapRows, last, score, row);
            }
        }
    }

    private void Take(int query, int firstRow, ReadOnlySpan<T> tile)
    {
        Span<T> heap = _scores.Slice(query * k, k);
        Span<int> heapRows = _rows.Slice(query * k, k);
        ref int size = ref _sizes[query];
        int i = 0;
        for (; i < tile.Length && size < k; i++)
        {
            if (!T.IsNaN(tile[i]) && Admits(firstRow + i))
            {
                SiftUp(heap, heapRows, size++, tile[i], firstRow + i);
            }
        }

        if (size < k)
        {
            return;
        }

        while ((i = FirstAbove.Of(tile, i, heap[0])) < tile.Length)
        {
            if (Admits(firstRow + i))
            {
                SiftDown(heap, heapRows, k, tile[i], firstRow + i);
            }

            i++;
        }
    }

    private bool Admits(int row) => _admitted.IsEmpty || ((_admitted[row >> 6] >> row) & 1) != 0;

    private static bool IsWorse(T score, int row, T otherScore, int otherRow) =>
        score < otherScore || (score == otherScore && row > otherRow);

    private static void SiftUp(Span<T> heap, Span<int> rows, int hole, T score, int row)
    {
        while (hole > 0)
        {
            int parent = (hole - 1) / 2;
            if (!IsWorse(score, row, heap[parent], rows[parent]))
            {
                break;
            }

            (heap[hole], rows[hole]) = (heap[parent], rows[parent]);
            hole = parent;
        }

        (heap[hole], rows[hole]) = (score, row);
    }

    private static void SiftDown(Span<T> heap, Span<int> rows, int size, T score, int row)
    {
        int hole = 0;
        while (true)
        {
            int child = (2 * hole) + 1;
            if (child >= size)
            {
                break;
            }

            if (child + 1 < size && IsWorse(heap[child + 1], rows[child + 1], heap[child], rows[child]))
            {
                child++;
            }

            if (!IsWorse(heap[child], rows[child], score, row))
            {
                break;
            }

            (heap[hole], rows[hole]) = (heap[child], rows[child]);
            hole = child;
        }

        (heap[hole], rows[hole]) = (score, row);
    }
}
