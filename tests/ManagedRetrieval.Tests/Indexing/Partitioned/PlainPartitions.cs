using System.Runtime.InteropServices;
using ManagedRetrieval.Engine.Kernels.Quantized;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing.Partitioned;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Indexing.Partitioned;

/// <summary>What a partitioned index stores and answers, in plain loops.</summary>
internal static class PlainPartitions
{
    /// <summary>Clusters of different sizes and lengths, flat in some dimensions.</summary>
    public static Tensor<float> Clustered(Draw draw, int rows, int width, int clusters)
    {
        Tensor<float> centres = draw.Tensor<float>(new Shape(clusters, width)), result = draw.Tensor<float>(new Shape(rows, width));
        for (int row = 0; row < rows; row++)
        {
            int cluster = Math.Min(draw.Below(clusters), draw.Below(clusters));
            for (int d = 0; d < width; d++)
            {
                result.Row(row)[d] = (centres.Row(cluster)[d] + (0.4f * result.Row(row)[d] / (1 + (d % 3)))) * (0.5f + (cluster % 4 / 4f));
            }
        }

        return result;
    }

    public static int[] Numbers(int count) => [.. Enumerable.Range(0, count)];

    /// <summary>Every score of one query vector by the formulas that the index states: q · c + scale · (q · residual), or q · row.</summary>
    public static float[] Scores(PartitionedStore store, ReadOnlySpan<float> vector)
    {
        PartitionedParts parts = store.Parts;
        int width = parts.Dimensions;
        float[] scores = new float[store.Count];
        for (int list = 0; list < store.Partitions; list++)
        {
            (int first, int end) = (parts.Offsets.Span[list], parts.Offsets.Span[list + 1]);
            float ofCentroid = Chain(vector, d => parts.Centroids.Span[(list * width) + d]);
            for (int place = first; place < end; place++)
            {
                int at = place;
                sbyte[] packed = new sbyte[width];
                if (!store.HasCodes)
                {
                    Int8Rows.CopyRow(parts.Packed.Span, (store.Starts[list] * Int8Rows.GroupRows) + place - first, packed);
                }

                float score = !parts.Floats.IsEmpty ? Chain(vector, d => parts.Floats.Span[(at * width) + d])
                    : !parts.Halves.IsEmpty ? Chain(vector, d => (float)parts.Halves.Span[(at * width) + d])
                    : MathF.FusedMultiplyAdd(
                        Chain(vector, d => store.HasCodes ? parts.Residuals.Span[(at * width) + d] : packed[d]), parts.Scales.Span[place], ofCentroid);
                scores[parts.Rows.Span[place]] = score;
            }
        }

        return scores;
    }

    /// <summary>The row at each place, and its list.</summary>
    public static IEnumerable<(int Row, int List)> Places(PartitionedStore store)
    {
        for (int place = 0; place < store.Count; place++)
        {
            yield return (store.Parts.Rows.Span[place], store.PartitionOf(place));
        }
    }

    /// <summary>All that is stored, as bytes.</summary>
    public static byte[] Bytes(PartitionedStore store)
    {
        PartitionedParts parts = store.Parts;
        return
        [
            .. Of(parts.Centroids), .. Of(parts.Offsets), .. Of(parts.Rows), .. Of(parts.Codewords), .. Of(parts.Codes), .. Of(parts.Packed), .. Of(parts.Residuals),
            .. Of(parts.Scales), .. Of(parts.Halves), .. Of(parts.Floats),
        ];
    }

    private static byte[] Of<T>(ReadOnlyMemory<T> memory)
        where T : struct => MemoryMarshal.AsBytes(memory.Span).ToArray();

    private static float Chain(ReadOnlySpan<float> vector, Func<int, float> element)
    {
        float sum = 0;
        for (int d = 0; d < vector.Length; d++)
        {
            sum = MathF.FusedMultiplyAdd(vector[d], element(d), sum);
        }

        return sum;
    }
}
