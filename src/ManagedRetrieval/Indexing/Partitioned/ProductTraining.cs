using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Kernels.Quantized;

namespace ManagedRetrieval.Indexing.Partitioned;

/// <summary>Trains the codewords of <see cref="ProductCodes"/>.</summary>
/// <remarks>
/// <para>
/// In turn all codes are found for the codewords, from the second time on starting from what they are, and sub-space by sub-space the codewords for the codes, the other sub-spaces held. The
/// loss summed over vectors, Σ |e|² + w (u · e)², is quadratic in a codeword c of sub-space s, with
/// rest = Σ over other sub-spaces of u · e and v the vectors' part in s: its least lies where
/// (Σ I + w u_s u_sᵀ) c = Σ v_s + w u_s (rest + u_s · v_s), sums over the vectors that have the code. Neither step makes the loss
/// greater, but for the rounding of floats.
/// </para>
/// <para>w = (d − 1) t² / (1 − t²) − 1 for a threshold t of cosines (Guo et al., ICML 2020, theorem 3.4), but at least 0.</para>
/// </remarks>
internal static class ProductTraining
{
    private const ulong Stream = 0x5051;

    /// <summary>How much an error along a row weighs more than one across it.</summary>
    /// <param name="dimensions">d.</param>
    /// <param name="threshold">t, 0 to less than 1.</param>
    public static float Weight(int dimensions, float threshold)
    {
        double square = (double)threshold * threshold;
        return (float)Math.Max(0, ((dimensions - 1) * square / (1 - square)) - 1);
    }

    /// <summary>Trains codewords.</summary>
    /// <param name="vectors">[vectors, padded depth], at least one.</param>
    /// <param name="directions">[vectors, padded depth]: u of each.</param>
    /// <param name="subspaces">The number of sub-spaces.</param>
    /// <param name="width">The dimensions of one.</param>
    /// <param name="weight">w.</param>
    /// <param name="rounds">How often, at least 1; it ends where no code changes.</param>
    /// <param name="seed">Decides which vectors codewords start from.</param>
    /// <param name="cancellationToken">Stops between rounds.</param>
    /// <returns>[padded depth, 16].</returns>
    public static float[] Train(
        ReadOnlySpan<float> vectors, ReadOnlySpan<float> directions, int subspaces, int width, float weight, int rounds, ulong seed, CancellationToken cancellationToken)
    {
        int depth = subspaces * width, count = vectors.Length / depth;
        float[] codewords = Start(vectors, depth, width, seed);
        byte[] codes = new byte[count * subspaces], before = new byte[count * subspaces];
        float[] scratch = new float[ProductCodes.Scratch(subspaces)], totals = new float[count];
        for (int round = 0; round < rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (int i = 0; i < count; i++)
            {
                ProductCodes.Encode(
                    vectors.Slice(i * depth, depth), directions.Slice(i * depth, depth), weight, codewords, codes.AsSpan(i * subspaces, subspaces), scratch, improve: round > 0);
            }

            if (round > 0 && codes.AsSpan().SequenceEqual(before))
            {
                break;
            }

            codes.CopyTo(before, 0);
            Update(vectors, directions, codes, subspaces, width, weight, codewords, totals);
        }

        return codewords;
    }

    /// <summary>Codewords that are parts of vectors.</summary>
    private static float[] Start(ReadOnlySpan<float> vectors, int depth, int width, ulong seed)
    {
        float[] codewords = new float[depth * FourBitCodes.Values];
        int count = vectors.Length / depth;
        for (int d = 0; d < depth; d++)
        {
            var random = new CounterRandom(seed, Stream + (ulong)(d / width));
            for (int code = 0; code < FourBitCodes.Values; code++)
            {
                codewords[(d * FourBitCodes.Values) + code] = vectors[(random.Below(count, (ulong)code) * depth) + d];
            }
        }

        return codewords;
    }

    /// <summary>Moves all codewords to where the loss is least for the codes, sub-space by sub-space.</summary>
    internal static void Update(
        ReadOnlySpan<float> vectors,
        ReadOnlySpan<float> directions,
        ReadOnlySpan<byte> codes,
        int subspaces,
        int width,
        float weight,
        Span<float> codewords,
        Span<float> totals)
    {
        int depth = subspaces * width;
        for (int i = 0; i < totals.Length; i++)
        {
            totals[i] = 0;
            for (int s = 0; s < subspaces; s++)
            {
                totals[i] += Along(vectors.Slice(i * depth, depth), directions.Slice(i * depth, depth), s, width, codes[(i * subspaces) + s], codewords);
            }
        }

        double[] matrices = new double[FourBitCodes.Values * width * width], right = new double[FourBitCodes.Values * width];
        for (int s = 0; s < subspaces; s++)
        {
            Array.Clear(matrices);
            Array.Clear(right);
            for (int i = 0; i < totals.Length; i++)
            {
                int code = codes[(i * subspaces) + s];
                ReadOnlySpan<float> vector = vectors.Slice(i * depth, depth), direction = directions.Slice(i * depth, depth);
                totals[i] -= Along(vector, direction, s, width, code, codewords);
                Gather(vector.Slice(s * width, width), direction.Slice(s * width, width), weight, totals[i], matrices.AsSpan(code * width * width), right.AsSpan(code * width));
            }

            for (int code = 0; code < FourBitCodes.Values; code++)
            {
                Span<double> solution = right.AsSpan(code * width, width);
                if (matrices[code * width * width] > 0)
                {
                    PositiveSystem.Solve(matrices.AsSpan(code * width * width, width * width), solution);
                    for (int d = 0; d < width; d++)
                    {
                        codewords[(((s * width) + d) * FourBitCodes.Values) + code] = (float)solution[d];
                    }
                }
            }

            for (int i = 0; i < totals.Length; i++)
            {
                totals[i] += Along(vectors.Slice(i * depth, depth), directions.Slice(i * depth, depth), s, width, codes[(i * subspaces) + s], codewords);
            }
        }
    }

    /// <summary>u_s · e_s.</summary>
    private static float Along(ReadOnlySpan<float> vector, ReadOnlySpan<float> direction, int subspace, int width, int code, ReadOnlySpan<float> codewords)
    {
        float sum = 0;
        for (int d = subspace * width; d < (subspace + 1) * width; d++)
        {
            sum += direction[d] * (vector[d] - codewords[(d * FourBitCodes.Values) + code]);
        }

        return sum;
    }

    private static void Gather(ReadOnlySpan<float> vector, ReadOnlySpan<float> direction, float weight, float rest, Span<double> matrix, Span<double> right)
    {
        int width = vector.Length;
        double along = rest;
        for (int d = 0; d < width; d++)
        {
            along += (double)direction[d] * vector[d];
        }

        for (int d = 0; d < width; d++)
        {
            right[d] += vector[d] + (weight * along * direction[d]);
            matrix[(d * width) + d]++;
            for (int e = 0; e < width; e++)
            {
                matrix[(d * width) + e] += (double)weight * direction[d] * direction[e];
            }
        }
    }
}
