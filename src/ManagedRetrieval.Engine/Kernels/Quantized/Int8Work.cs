using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>The loops of <see cref="Int8Scan"/>, over every width of register.</summary>
/// <param name="rows">Packed.</param>
/// <param name="scales">Of the rows.</param>
/// <param name="count">How many rows.</param>
/// <param name="depth">Padded.</param>
/// <param name="elements">[queries, padded depth].</param>
/// <param name="queries">What belongs to them.</param>
/// <param name="queryCount">How many.</param>
internal readonly unsafe ref struct Int8Work(byte* rows, float* scales, int count, int depth, sbyte* elements, Int8Query* queries, int queryCount)
{
    /// <summary>Queries that share each load of rows: their sums and elements fit the registers of 256 bits.</summary>
    private const int Queries = 4;

    /// <summary>Bytes by which memory is asked for ahead: a few groups of common depth.</summary>
    private const int Ahead = 4096;

    private const int Line = 64;

    private readonly byte* _rows = rows;
    private readonly float* _scales = scales;
    private readonly int _count = count;
    private readonly int _depth = depth;
    private readonly sbyte* _elements = elements;
    private readonly Int8Query* _queries = queries;
    private readonly int _queryCount = queryCount;

    /// <summary>Scans all rows for all queries.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TVector, TLanes, TSink>(int firstQuery, int firstRow, ref TSink sink)
        where TVector : struct
        where TLanes : struct, IInt8Lanes<TVector>
        where TSink : struct, IScanSink<float>, allows ref struct
    {
        float* scores = stackalloc float[Queries * Int8Rows.GroupRows];
        float* lastScales = stackalloc float[Int8Rows.GroupRows];
        float single = _queryCount > 0 ? sink.Threshold(firstQuery) : 0;
        byte* group = _rows;
        for (int row = 0; row < _count; row += Int8Rows.GroupRows, group += Int8Rows.GroupRows * _depth)
        {
            float* rowScales = _scales + row;
            int rest = _count - row;
            uint within = 0xFFFF;
            if (rest < Int8Rows.GroupRows)
            {
                new ReadOnlySpan<float>(rowScales, rest).CopyTo(new Span<float>(lastScales, rest));
                rowScales = lastScales;
                within = (1u << rest) - 1;
            }

            if (_queryCount == 1)
            {
                uint reached = One<TVector, TLanes>(group, 0, rowScales, single, scores) & within;
                if (reached != 0)
                {
                    sink.Accept(firstQuery, firstRow + row, reached, new ReadOnlySpan<float>(scores, Int8Rows.GroupRows));
                    single = sink.Threshold(firstQuery);
                }

                continue;
            }

            int query = 0;
            for (; query <= _queryCount - Queries; query += Queries)
            {
                Several<TVector, TLanes, TSink>(group, query, within, rowScales, firstQuery, firstRow + row, scores, ref sink);
            }

            for (; query < _queryCount; query++)
            {
                uint reached = One<TVector, TLanes>(group, query, rowScales, sink.Threshold(firstQuery + query), scores) & within;
                if (reached != 0)
                {
                    sink.Accept(firstQuery + query, firstRow + row, reached, new ReadOnlySpan<float>(scores, Int8Rows.GroupRows));
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint One<TVector, TLanes>(byte* group, int query, float* rowScales, float threshold, float* scores)
        where TVector : struct
        where TLanes : struct, IInt8Lanes<TVector>
    {
        uint reached = 0;
        sbyte* end = _elements + ((nint)query * _depth) + _depth;
        for (int lane = 0; lane < Int8Rows.GroupRows; lane += TLanes.Count)
        {
            TVector sums = default;
            byte* rows = group + (lane * Int8Rows.Together);
            for (sbyte* element = end - _depth; element < end; element += Int8Rows.Together, rows += Line)
            {
                if (Sse.IsSupported && (TLanes.Count == Int8Rows.GroupRows || lane == 0))
                {
                    Sse.Prefetch0(rows + Ahead);
                }

                sums = TLanes.MultiplyAdd(TLanes.Load(rows), TLanes.Broadcast(element), sums);
            }

            reached |= TLanes.Finish(sums, in _queries[query], rowScales + lane, threshold, scores + lane) << lane;
        }

        return reached;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Several<TVector, TLanes, TSink>(
        byte* group, int query, uint within, float* rowScales, int firstQuery, int firstRow, float* scores, ref TSink sink)
        where TVector : struct
        where TLanes : struct, IInt8Lanes<TVector>
        where TSink : struct, IScanSink<float>, allows ref struct
    {
        nint stride = _depth;
        uint reached0 = 0, reached1 = 0, reached2 = 0, reached3 = 0;
        sbyte* end = _elements + (query * stride) + _depth;
        Int8Query* of = _queries + query;
        (float t0, float t1) = (sink.Threshold(firstQuery + query), sink.Threshold(firstQuery + query + 1));
        (float t2, float t3) = (sink.Threshold(firstQuery + query + 2), sink.Threshold(firstQuery + query + 3));
        for (int lane = 0; lane < Int8Rows.GroupRows; lane += TLanes.Count)
        {
            TVector sums0 = default, sums1 = default, sums2 = default, sums3 = default;
            byte* rows = group + (lane * Int8Rows.Together);
            for (sbyte* element = end - _depth; element < end; element += Int8Rows.Together, rows += Line)
            {
                TVector loaded = TLanes.Load(rows);
                sums0 = TLanes.MultiplyAdd(loaded, TLanes.Broadcast(element), sums0);
                sums1 = TLanes.MultiplyAdd(loaded, TLanes.Broadcast(element + stride), sums1);
                sums2 = TLanes.MultiplyAdd(loaded, TLanes.Broadcast(element + (2 * stride)), sums2);
                sums3 = TLanes.MultiplyAdd(loaded, TLanes.Broadcast(element + (3 * stride)), sums3);
            }

            float* to = scores + lane, by = rowScales + lane;
            reached0 |= TLanes.Finish(sums0, in of[0], by, t0, to) << lane;
            reached1 |= TLanes.Finish(sums1, in of[1], by, t1, to + Int8Rows.GroupRows) << lane;
            reached2 |= TLanes.Finish(sums2, in of[2], by, t2, to + (2 * Int8Rows.GroupRows)) << lane;
            reached3 |= TLanes.Finish(sums3, in of[3], by, t3, to + (3 * Int8Rows.GroupRows)) << lane;
        }

        if (((reached0 | reached1 | reached2 | reached3) & within) != 0)
        {
            ReadOnlySpan<uint> reached = [reached0 & within, reached1 & within, reached2 & within, reached3 & within];
            for (int i = 0; i < Queries; i++)
            {
                if (reached[i] != 0)
                {
                    sink.Accept(firstQuery + query + i, firstRow, reached[i], new ReadOnlySpan<float>(scores + (i * Int8Rows.GroupRows), Int8Rows.GroupRows));
                }
            }
        }
    }
}
