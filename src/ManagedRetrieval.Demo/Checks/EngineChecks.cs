using ManagedRetrieval.Engine.Kernels.Gemm;
using ManagedRetrieval.Engine.Kernels.Quantized;
using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Demo.Checks;

/// <summary>The engine's kernels against plain loops, in the forms that a browser runs.</summary>
/// <remarks>The engine's tests run on processors that have other vectors, so that nothing else runs the forms of WebAssembly.</remarks>
internal static class EngineChecks
{
    private static readonly GemmStrategy[] Products = [GemmStrategy.Automatic, GemmStrategy.RowUpdates, GemmStrategy.MatrixVector, GemmStrategy.Packed, GemmStrategy.Packed128];

    private static readonly ScanStrategy[] Scans = [ScanStrategy.Automatic, ScanStrategy.Scalar, ScanStrategy.Bits128];

    /// <summary>All checks, to be run one after the other.</summary>
    public static IReadOnlyList<Func<CheckResult>> All { get; } = [MatrixProducts, ByteScans, ByteProducts, CodeScans, Halves];

    private static CheckResult MatrixProducts()
    {
        var comparison = new Comparison("Matrix products, to the bit");
        var numbers = new Numbers(1);
        for (int trial = 0; trial < 12; trial++)
        {
            (int m, int n, int k) = (numbers.Between(1, 20), numbers.Between(1, 40), numbers.Between(1, 40));
            (bool transposeA, bool transposeB) = (trial % 2 == 1, trial / 2 % 2 == 1);
            float[] a = numbers.Floats(m * k), b = numbers.Floats(k * n), expected = new float[m * n];
            for (int i = 0; i < m * n; i++)
            {
                (int row, int column) = (i / n, i % n);
                for (int p = 0; p < k; p++)
                {
                    float left = a[transposeA ? (p * m) + row : (row * k) + p], right = b[transposeB ? (column * k) + p : (p * n) + column];
                    expected[i] = MathF.FusedMultiplyAdd(left, right, expected[i]);
                }
            }

            foreach (GemmStrategy strategy in Products)
            {
                float[] actual = new float[m * n];
                Gemm.Multiply<float>(a, transposeA, b, transposeB, actual, m, n, k, accumulate: false, WorkerTeam.Inline, strategy);
                comparison.Exactly($"{strategy}, {m} × {k} × {n}", expected, actual);
            }
        }

        return comparison.Result;
    }

    private static CheckResult ByteScans()
    {
        var comparison = new Comparison("Scans of rows as bytes, to the bit");
        var numbers = new Numbers(2);
        for (int trial = 0; trial < 12; trial++)
        {
            (int rows, int depth) = (numbers.Between(1, 60), numbers.Between(1, 70));

            // The last trials have the greatest numbers there may be, whose sums come nearest to overflow.
            sbyte[] elements = trial < 10 ? numbers.SignedBytes(rows * depth, 127) : Filled(rows * depth, (sbyte)(trial == 10 ? 127 : -127));
            sbyte[] query = new sbyte[Int8Rows.Padded(depth)];
            (trial < 10 ? numbers.SignedBytes(depth, Int8Query.Greatest) : Filled(depth, Int8Query.Greatest)).CopyTo(query, 0);
            byte[] packed = new byte[Int8Rows.PackedLength(rows, depth)];
            Int8Rows.Pack(elements, depth, packed);
            float[] scales = numbers.Floats(rows), expected = new float[rows];
            var of = new Int8Query(0.37f, Int8Rows.Offset * query.Sum(element => element), 0.11f);
            for (int row = 0; row < rows; row++)
            {
                int sum = 0;
                for (int d = 0; d < depth; d++)
                {
                    sum += elements[(row * depth) + d] * query[d];
                }

                expected[row] = (sum * scales[row] * of.Scale) + of.Bias;
            }

            foreach (ScanStrategy strategy in Scans)
            {
                float[] actual = new float[rows];
                Int8Scan.Scores(packed, scales, depth, query, of, actual, strategy);
                comparison.Exactly($"{strategy}, {rows} × {depth}", expected, actual);
            }
        }

        return comparison.Result;
    }

    private static CheckResult ByteProducts()
    {
        var comparison = new Comparison("Products with rows as bytes, to the bit");
        var numbers = new Numbers(3);
        for (int trial = 0; trial < 10; trial++)
        {
            (int rows, int depth) = (numbers.Between(1, 40), numbers.Between(1, 70));
            sbyte[] elements = numbers.SignedBytes(rows * depth, 127);
            byte[] packed = new byte[Int8Rows.PackedLength(rows, depth)];
            Int8Rows.Pack(elements, depth, packed);
            float[] query = numbers.Floats(depth), scales = numbers.Floats(rows), expected = new float[rows];
            int[] order = [.. Enumerable.Range(0, rows).Select(_ => numbers.Between(0, rows - 1))];
            for (int i = 0; i < rows; i++)
            {
                float sum = 0;
                for (int d = 0; d < depth; d++)
                {
                    sum = MathF.FusedMultiplyAdd(query[d], elements[(order[i] * depth) + d], sum);
                }

                expected[i] = MathF.FusedMultiplyAdd(sum, scales[order[i]], 0);
            }

            foreach (ScanStrategy strategy in Scans)
            {
                float[] actual = new float[rows], ofPacked = new float[rows];
                Int8Dot.Run(query, elements, scales, order, actual, strategy);
                Int8Dot.RunPacked(query, packed, scales, order, ofPacked, strategy);
                comparison.Exactly($"{strategy}, {rows} × {depth}", expected, actual);
                comparison.Exactly($"{strategy}, {rows} × {depth} packed", expected, ofPacked);
            }
        }

        return comparison.Result;
    }

    private static CheckResult CodeScans()
    {
        var comparison = new Comparison("Scans of rows as 4-bit codes, to the bit");
        var numbers = new Numbers(4);
        for (int trial = 0; trial < 10; trial++)
        {
            (int rows, int subspaces) = (numbers.Between(1, 140), numbers.Between(1, 40));
            byte[] codes = numbers.Bytes(rows * subspaces, 16), blocks = new byte[FourBitCodes.Length(rows, subspaces)], table = new byte[FourBitTable.Length(subspaces)];
            FourBitCodes.Pack(codes, subspaces, blocks);
            for (int s = 0; s < subspaces; s++)
            {
                // Each subspace lies there twice.
                byte[] entries = numbers.Bytes(16, 256);
                entries.CopyTo(table, s * 32);
                entries.CopyTo(table, (s * 32) + 16);
            }

            float[] expected = new float[rows];
            for (int i = 0; i < codes.Length; i++)
            {
                expected[i / subspaces] += table[(i % subspaces * 32) + codes[i]];
            }

            foreach (ScanStrategy strategy in Scans)
            {
                var sums = new SumSink(new float[rows]);
                FourBitScan.Run(blocks, subspaces, table, rows, 0, 0, ref sums, strategy);
                comparison.Exactly($"{strategy}, {rows} × {subspaces}", expected, sums.Sums);
            }
        }

        return comparison.Result;
    }

    private static CheckResult Halves()
    {
        var comparison = new Comparison("Halves as floats, to the bit");

        // Without those that are no numbers, whose bits nothing promises.
        Half[] halves = [.. Enumerable.Range(0, 1 << 16).Select(bits => BitConverter.UInt16BitsToHalf((ushort)bits)).Where(half => !Half.IsNaN(half))];
        float[] expected = [.. halves.Select(half => (float)half)];
        foreach (ScanStrategy strategy in Scans)
        {
            float[] actual = new float[halves.Length];
            HalfRows.Widen(halves, actual, strategy);
            comparison.Exactly($"{strategy}", expected, actual);
        }

        return comparison.Result;
    }

    private static sbyte[] Filled(int count, sbyte value)
    {
        sbyte[] bytes = new sbyte[count];
        bytes.AsSpan().Fill(value);
        return bytes;
    }

    /// <summary>Keeps every sum.</summary>
    private readonly struct SumSink(float[] sums) : IScanSink<ushort>
    {
        public float[] Sums => sums;

        public ushort Threshold(int query) => 0;

        public void Accept(int query, int firstRow, ulong reached, ReadOnlySpan<ushort> scores)
        {
            for (int i = 0; i < scores.Length && firstRow + i < sums.Length; i++)
            {
                sums[firstRow + i] = scores[i];
            }
        }
    }
}
