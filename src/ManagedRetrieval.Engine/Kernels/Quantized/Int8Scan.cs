using System.Runtime.Intrinsics;

namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>Scores packed rows of bytes against rounded queries.</summary>
/// <remarks>
/// score = (float)dot · row's scale · query's scale + bias, from left to right, each step rounded; dot is a whole number, exact.
/// So a score has the same bits in every width, alone or among other queries and rows. It is close to the product with the rounded
/// row, and chooses rows that <see cref="Int8Dot"/> then scores.
/// </remarks>
internal static unsafe class Int8Scan
{
    /// <summary>Hands over the rows that reach a query's threshold: rows ascend, and within 16 of them queries do.</summary>
    /// <param name="packed">As <see cref="Int8Rows.Pack"/> leaves them.</param>
    /// <param name="scales">Of the rows, as many as there are.</param>
    /// <param name="depth">Elements of a row.</param>
    /// <param name="elements">[queries, padded depth], as <see cref="Int8Query.Quantise"/> leaves them.</param>
    /// <param name="queries">What belongs to them.</param>
    /// <param name="firstQuery">What the sink is told for the first query.</param>
    /// <param name="firstRow">What the sink is told for the first row.</param>
    /// <param name="sink">Takes in what reaches its threshold.</param>
    /// <param name="strategy">What scans; tests force one.</param>
    public static void Run<TSink>(
        scoped ReadOnlySpan<byte> packed,
        scoped ReadOnlySpan<float> scales,
        int depth,
        scoped ReadOnlySpan<sbyte> elements,
        scoped ReadOnlySpan<Int8Query> queries,
        int firstQuery,
        int firstRow,
        ref TSink sink,
        ScanStrategy strategy = ScanStrategy.Automatic)
        where TSink : struct, IScanSink<float>, allows ref struct
    {
        int padded = Int8Rows.Padded(depth);
        fixed (byte* rows = packed[..Int8Rows.PackedLength(scales.Length, depth)])
        fixed (float* rowScales = scales)
        fixed (sbyte* first = elements[..(queries.Length * padded)])
        fixed (Int8Query* of = queries)
        {
            var work = new Int8Work(rows, rowScales, scales.Length, padded, first, of, queries.Length);
            switch (strategy == ScanStrategy.Automatic ? ScanStrategies.Widest : strategy)
            {
                case ScanStrategy.Bits512:
                    work.Run<Vector512<int>, Int8Lanes512, TSink>(firstQuery, firstRow, ref sink);
                    break;
                case ScanStrategy.Bits256:
                    work.Run<Vector256<int>, Int8Lanes256, TSink>(firstQuery, firstRow, ref sink);
                    break;
                case ScanStrategy.Bits128:
                    work.Run<Vector128<int>, Int8Lanes128, TSink>(firstQuery, firstRow, ref sink);
                    break;
                default:
                    work.Run<int, Int8LanesScalar, TSink>(firstQuery, firstRow, ref sink);
                    break;
            }
        }
    }

    /// <summary>Writes all scores of one query.</summary>
    /// <param name="packed">As <see cref="Int8Rows.Pack"/> leaves them.</param>
    /// <param name="scales">Of the rows, as many as there are.</param>
    /// <param name="depth">Elements of a row.</param>
    /// <param name="elements">[padded depth].</param>
    /// <param name="query">What belongs to them.</param>
    /// <param name="scores">Of the rows.</param>
    /// <param name="strategy">What scans; tests force one.</param>
    public static void Scores(
        ReadOnlySpan<byte> packed,
        ReadOnlySpan<float> scales,
        int depth,
        ReadOnlySpan<sbyte> elements,
        Int8Query query,
        Span<float> scores,
        ScanStrategy strategy = ScanStrategy.Automatic)
    {
        var all = new AllScores(scores[..scales.Length]);
        Run(packed, scales, depth, elements, [query], 0, 0, ref all, strategy);
    }

    /// <summary>Every score reaches the least threshold: of finite scales and biases, none is NaN.</summary>
    private readonly ref struct AllScores(Span<float> target) : IScanSink<float>
    {
        private readonly Span<float> _target = target;

        public float Threshold(int query) => float.NegativeInfinity;

        public void Accept(int query, int firstRow, ulong reached, ReadOnlySpan<float> scores)
        {
            Span<float> rest = _target[firstRow..];
            scores[..Math.Min(scores.Length, rest.Length)].CopyTo(rest);
        }
    }
}
