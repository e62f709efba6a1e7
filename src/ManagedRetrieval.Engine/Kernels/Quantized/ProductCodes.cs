using System.Numerics;
using System.Runtime.Intrinsics;

namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>4-bit codes of vectors that are cut into sub-spaces, with 16 codewords each.</summary>
/// <remarks>
/// <para>
/// The loss of a vector with error e = vector − its codewords is |e|² + w · (u · e)², u a direction and w ≥ 0: the anisotropic
/// loss h∥ |e∥|² + h⊥ |e⊥|² of Guo et al. (ICML 2020, equation 4) with h⊥ = 1 and w = h∥ − 1, since an error along the row that a
/// vector belongs to changes the scores of those queries that it is a good answer to.
/// </para>
/// <para>
/// Codes are found sub-space by sub-space, the others held: the code c of sub-space s with the least |e_s(c)|² + w · (rest + u_s · e_s(c))²,
/// rest = Σ over other sub-spaces of u · e. From the codes nearest by |e_s|², or those that there are, rounds go on until none changes or there were eight; no
/// step makes the loss greater. Codewords lie [padded depth, 16], so that 16 lanes are the codes. Sums go over ascending elements
/// by multiplication and addition, each rounded, the same in every width.
/// </para>
/// </remarks>
internal static class ProductCodes
{
    /// <summary>Rounds over the sub-spaces at most: beyond, hardly a code changes.</summary>
    private const int MostRounds = 8;

    /// <summary>Numbers of working memory for <see cref="Encode"/>.</summary>
    public static int Scratch(int subspaces) => 2 * subspaces * FourBitCodes.Values;

    /// <summary>Finds a vector's codes.</summary>
    /// <param name="vector">[padded depth], zeros beyond the depth.</param>
    /// <param name="direction">[padded depth]: u, of length 1 or 0.</param>
    /// <param name="weight">w.</param>
    /// <param name="codewords">[padded depth, 16], zeros beyond the depth.</param>
    /// <param name="codes">One for each sub-space.</param>
    /// <param name="scratch">As long as <see cref="Scratch"/> says.</param>
    /// <param name="improve">Whether to start from what the codes are, so that their loss does not rise.</param>
    public static void Encode(
        ReadOnlySpan<float> vector, ReadOnlySpan<float> direction, float weight, ReadOnlySpan<float> codewords, Span<byte> codes, Span<float> scratch, bool improve = false)
    {
        int subspaces = codes.Length, width = vector.Length / subspaces;
        Span<float> squares = scratch[..(subspaces * FourBitCodes.Values)], along = scratch.Slice(subspaces * FourBitCodes.Values, subspaces * FourBitCodes.Values);
        float total = 0;
        for (int s = 0; s < subspaces; s++)
        {
            Vector512<float> square = default, parallel = default;
            for (int d = s * width; d < (s + 1) * width; d++)
            {
                Vector512<float> error = Vector512.Create(vector[d]) - Vector512.Create(codewords[(d * FourBitCodes.Values)..]);
                square += error * error;
                parallel += error * Vector512.Create(direction[d]);
            }

            square.CopyTo(squares[(s * FourBitCodes.Values)..]);
            parallel.CopyTo(along[(s * FourBitCodes.Values)..]);
            codes[s] = improve ? codes[s] : Least(square);
            total += along[(s * FourBitCodes.Values) + codes[s]];
        }

        bool changed = weight > 0 || improve;
        for (int round = 0; changed && round < MostRounds; round++)
        {
            changed = false;
            for (int s = 0; s < subspaces; s++)
            {
                Span<float> own = along.Slice(s * FourBitCodes.Values, FourBitCodes.Values);
                float rest = total - own[codes[s]];
                Vector512<float> parallel = Vector512.Create(rest) + Vector512.Create(own);
                Vector512<float> cost = Vector512.Create(squares[(s * FourBitCodes.Values)..]) + (Vector512.Create(weight) * parallel * parallel);
                byte best = Least(cost);
                if (cost[best] < cost[codes[s]])
                {
                    codes[s] = best;
                    total = rest + own[best];
                    changed = true;
                }
            }
        }
    }

    /// <summary>values[s, c] = Σ over d of s of query[d] · codeword[d, c]: what <see cref="FourBitTable"/> rounds.</summary>
    /// <param name="query">[depth]; what fills up the last sub-space counts as 0.</param>
    /// <param name="subspaces">The number of sub-spaces.</param>
    /// <param name="codewords">[padded depth, 16].</param>
    /// <param name="values">[sub-spaces, 16].</param>
    public static void Products(ReadOnlySpan<float> query, int subspaces, ReadOnlySpan<float> codewords, Span<float> values)
    {
        int width = codewords.Length / FourBitCodes.Values / subspaces;
        for (int s = 0; s < subspaces; s++)
        {
            Vector512<float> sum = default;
            for (int d = s * width; d < Math.Min(query.Length, (s + 1) * width); d++)
            {
                sum += Vector512.Create(query[d]) * Vector512.Create(codewords[(d * FourBitCodes.Values)..]);
            }

            sum.CopyTo(values[(s * FourBitCodes.Values)..]);
        }
    }

    /// <summary>The first of the lanes with the least value; 0 where there is NaN among them.</summary>
    private static byte Least(Vector512<float> values)
    {
        Vector256<float> eight = Vector256.Min(values.GetLower(), values.GetUpper());
        Vector128<float> four = Vector128.Min(eight.GetLower(), eight.GetUpper());
        four = Vector128.Min(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        four = Vector128.Min(four, Vector128.Shuffle(four, Vector128.Create(1, 0, 3, 2)));
        ulong least = Vector512.Equals(values, Vector512.Create(four[0])).ExtractMostSignificantBits();
        return (byte)(BitOperations.TrailingZeroCount(least) & (FourBitCodes.Values - 1));
    }
}
