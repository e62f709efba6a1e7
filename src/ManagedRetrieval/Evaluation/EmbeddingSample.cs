using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Kernels.Gemm;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Evaluation;

/// <summary>Some rows of embeddings in double, and what is measured on them.</summary>
internal static class EmbeddingSample
{
    // Keeps these numbers apart from those that others draw with the same seed.
    private const ulong Stream = 0xD0C7;

    /// <summary>Measures a sample: one row out of each of <paramref name="most"/> stretches of equal length, or all rows.</summary>
    /// <param name="embeddings">[rows, d] or [rows, heads, d].</param>
    /// <param name="most">How many rows are looked at, at most.</param>
    /// <param name="seed">Decides which.</param>
    public static EmbeddingHealth Measure(Tensor<float> embeddings, int most, ulong seed)
    {
        Shape shape = embeddings.Shape;
        int width = shape[shape.Rank - 1];
        int all = shape.Length / width;
        int count = Math.Min(all, most);
        var random = new CounterRandom(seed, Stream);
        double[] rows = new double[count * width];
        double[] norms = new double[count];
        int finite = 0;
        for (int i = 0; i < count; i++)
        {
            int start = (int)((long)i * all / count), end = (int)((i + 1L) * all / count);
            ReadOnlySpan<float> row = embeddings.Span.Slice((start + random.Below(end - start, (ulong)i)) * width, width);
            if (TensorPrimitives.IsFiniteAll(row))
            {
                Span<double> copy = rows.AsSpan(finite * width, width);
                TensorPrimitives.ConvertChecked(row, copy);
                norms[finite++] = Math.Sqrt(RowReduce.Dot<double>(copy, copy));
            }
        }

        double rank = EffectiveRank(rows.AsSpan(0, finite * width), width);
        double cosine = MeanCosine(rows.AsSpan(0, finite * width), norms.AsSpan(0, finite), width);
        Span<double> sorted = norms.AsSpan(0, finite);
        sorted.Sort();
        return new EmbeddingHealth(
            count,
            width,
            rank,
            Percentile(sorted, 0.05),
            Percentile(sorted, 0.5),
            Percentile(sorted, 0.95),
            Variation(sorted),
            sorted.Count(0.0) / (double)count,
            (count - finite) / (double)count,
            cosine);
    }

    private static double EffectiveRank(ReadOnlySpan<double> rows, int width)
    {
        double[] products = new double[width * width];
        Gemm.Multiply<double>(rows, true, rows, false, products, width, width, rows.Length / width, false, WorkerTeam.Inline);
        double[] eigenvalues = SymmetricEigenvalues.Of(products, width);

        // Singular values are the roots of the eigenvalues. The products are rounded: what is no larger than that is 0, where
        // the root would make 1e-8 of 1e-16.
        double noise = eigenvalues[^1] * width * 1e-15;
        double sum = 0;
        foreach (ref double value in eigenvalues.AsSpan())
        {
            value = value > noise ? Math.Sqrt(value) : 0;
            sum += value;
        }

        double entropy = 0;
        foreach (double value in eigenvalues)
        {
            double share = value / sum;
            entropy -= share == 0 ? 0 : share * Math.Log(share);
        }

        return Math.Exp(entropy);
    }

    /// <summary>With n unit rows u: Σ over pairs of u_iᵀ·u_j = (‖Σ u‖² − n) / 2, so all pairs cost one sum.</summary>
    private static double MeanCosine(Span<double> rows, ReadOnlySpan<double> norms, int width)
    {
        double[] sum = new double[width];
        double alive = 0;
        for (int i = 0; i < norms.Length; i++)
        {
            if (norms[i] > 0)
            {
                Span<double> row = rows.Slice(i * width, width);
                TensorPrimitives.Divide(row, norms[i], row);
                TensorPrimitives.Add<double>(sum, row, sum);
                alive++;
            }
        }

        return alive < 2 ? double.NaN : Math.Clamp((RowReduce.Dot<double>(sum, sum) - alive) / (alive * (alive - 1)), -1, 1);
    }

    private static double Percentile(ReadOnlySpan<double> sorted, double share)
    {
        if (sorted.IsEmpty)
        {
            return double.NaN;
        }

        double place = share * (sorted.Length - 1);
        int below = (int)place;
        return below + 1 == sorted.Length ? sorted[below] : double.Lerp(sorted[below], sorted[below + 1], place - below);
    }

    private static double Variation(ReadOnlySpan<double> norms)
    {
        double mean = RowReduce.Sum(norms) / norms.Length;
        double squares = 0;
        foreach (double norm in norms)
        {
            squares += (norm - mean) * (norm - mean);
        }

        return Math.Sqrt(squares / norms.Length) / mean;
    }
}
