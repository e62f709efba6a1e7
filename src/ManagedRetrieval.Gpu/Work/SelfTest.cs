using ManagedRetrieval.Gpu.Devices;

namespace ManagedRetrieval.Gpu.Work;

/// <summary>What a device must compute before it is chosen.</summary>
/// <remarks>
/// All of small whole numbers, whose sums are exact in any order, so results are compared for equality. It takes several tiles, strips and rounds of a group
/// to notice a device whose barriers do not hold: with one of each nothing is written over.
/// </remarks>
internal static class SelfTest
{
    /// <summary>Whether a device multiplies and searches as it should.</summary>
    public static bool IsRight(GpuDevice device) => Multiplies(device) && Searches(device);

    /// <summary>3 by 3 tiles of 64 by 64, of which the last ones are cut, and 5 strips of 16, of which the last is cut too.</summary>
    private static bool Multiplies(GpuDevice device)
    {
        const int M = 130, N = 140, K = 70;
        float[] a = Numbers(M * K, 1), b = Numbers(K * N, 2), product = new float[M * N];
        Product.Run(device, a, false, b, false, product, M, N, K, accumulates: false);
        for (int row = 0; row < M; row++)
        {
            for (int column = 0; column < N; column++)
            {
                float expected = 0;
                for (int p = 0; p < K; p++)
                {
                    expected += a[(row * K) + p] * b[(p * N) + column];
                }

                if (product[(row * N) + column] != expected)
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>The best 20 of 1,000 candidates, many of whose scores are equal; a group looks at them four times over, digit by digit.</summary>
    private static bool Searches(GpuDevice device)
    {
        const int Queries = 3, Candidates = 1000, Width = 5, K = 20;
        float[] queries = Numbers(Queries * Width, 3), candidates = Numbers(Candidates * Width, 4), scores = new float[Queries * K], all = new float[Candidates];
        int[] rows = new int[Queries * K], order = new int[Candidates];
        TopK.Run(device, new TopKOperands
        {
            Queries = queries,
            Candidates = candidates,
            Kept = null,
            Width = Width,
            Heads = 1,
            K = K,
            Scores = scores,
            Rows = rows,
            Excluded = default,
            ExcludedOffsets = default,
            Admitted = default,
            CancellationToken = default,
        });
        for (int query = 0; query < Queries; query++)
        {
            for (int row = 0; row < Candidates; row++)
            {
                (order[row], all[row]) = (row, 0);
                for (int d = 0; d < Width; d++)
                {
                    all[row] += queries[(query * Width) + d] * candidates[(row * Width) + d];
                }
            }

            Array.Sort(order, (x, y) => all[x] != all[y] ? all[y].CompareTo(all[x]) : x.CompareTo(y));
            for (int place = 0; place < K; place++)
            {
                int found = (query * K) + place;
                if (rows[found] != order[place] || scores[found] != all[order[place]])
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Whole numbers from −4 to 4 in no apparent order.</summary>
    private static float[] Numbers(int count, uint seed)
    {
        float[] numbers = new float[count];
        uint state = seed;
        for (int i = 0; i < count; i++)
        {
            state = (state * 1664525) + 1013904223;
            numbers[i] = (int)((state >> 16) % 9) - 4;
        }

        return numbers;
    }
}
