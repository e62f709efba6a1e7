using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Kernels.Gemm;
using ManagedRetrieval.Engine.Kernels.Quantized;
using ManagedRetrieval.Engine.Memory;

namespace ManagedRetrieval.Indexing.Partitioned;

/// <summary>The scores that a partitioned index answers with.</summary>
/// <remarks>
/// Of rows as floats or halves: one chain of fused multiply-adds over ascending d from 0, of residuals as bytes
/// q · c + scale · (q · residual), both products such chains and one more multiply-add to join them.
/// </remarks>
internal static class PlaceScores
{
    /// <summary>Rows that are gathered at once: 32 KiB of 64 floats.</summary>
    private const int Chunk = 128;

    /// <summary>Scores rows at some places against one vector.</summary>
    /// <param name="store">Where they lie.</param>
    /// <param name="vector">[d].</param>
    /// <param name="places">In any order.</param>
    /// <param name="centroidScores">The vector's products with all centroids; empty to make those that it takes.</param>
    /// <param name="scores">One for each place.</param>
    public static void Write(PartitionedStore store, ReadOnlySpan<float> vector, ReadOnlySpan<int> places, ReadOnlySpan<float> centroidScores, Span<float> scores)
    {
        PartitionedParts parts = store.Parts;
        if (!parts.Floats.IsEmpty || !parts.Halves.IsEmpty)
        {
            WriteRows(parts, vector, places, scores);
        }
        else
        {
            WriteCentroidScores(store, vector, places, centroidScores, scores);
            if (store.HasCodes)
            {
                Int8Dot.Run(vector, parts.Residuals.Span, parts.Scales.Span, places, scores);
            }
            else
            {
                WritePacked(store, vector, places, scores);
            }
        }

        // −0, which equals 0, becomes 0, so that equal scores are the same bits.
        TensorPrimitives.Add(scores, 0f, scores);
    }

    private static void WriteRows(PartitionedParts parts, ReadOnlySpan<float> vector, ReadOnlySpan<int> places, Span<float> scores)
    {
        int width = parts.Dimensions;
        using var scratch = new Scratch<float>(Math.Min(Chunk, places.Length) * width);
        for (int start = 0; start < places.Length; start += Chunk)
        {
            ReadOnlySpan<int> some = places.Slice(start, Math.Min(Chunk, places.Length - start));
            Span<float> rows = scratch.Span[..(some.Length * width)];
            if (!parts.Floats.IsEmpty)
            {
                Rows.Gather(parts.Floats.Span, width, some, rows);
            }
            else
            {
                ReadOnlySpan<Half> halves = parts.Halves.Span;
                for (int i = 0; i < some.Length; i++)
                {
                    HalfRows.Widen(Rows.Of(halves, width, some[i]), Rows.Of(rows, width, i));
                }
            }

            MatrixVector.Run(vector, rows, scores.Slice(start, some.Length), accumulate: false);
        }
    }

    private static void WriteCentroidScores(
        PartitionedStore store, ReadOnlySpan<float> vector, ReadOnlySpan<int> places, ReadOnlySpan<float> centroidScores, Span<float> scores)
    {
        if (!centroidScores.IsEmpty)
        {
            for (int i = 0; i < places.Length; i++)
            {
                scores[i] = centroidScores[store.PartitionOf(places[i])];
            }

            return;
        }

        Span<int> partitions = stackalloc int[Chunk];
        using var scratch = new Scratch<float>(Math.Min(Chunk, places.Length) * store.Dimensions);
        for (int start = 0; start < places.Length; start += Chunk)
        {
            int count = Math.Min(Chunk, places.Length - start);
            for (int i = 0; i < count; i++)
            {
                partitions[i] = store.PartitionOf(places[start + i]);
            }

            Span<float> centroids = scratch.Span[..(count * store.Dimensions)];
            Rows.Gather(store.Parts.Centroids.Span, store.Dimensions, partitions[..count], centroids);
            MatrixVector.Run(vector, centroids, scores.Slice(start, count), accumulate: false);
        }
    }

    private static void WritePacked(PartitionedStore store, ReadOnlySpan<float> vector, ReadOnlySpan<int> places, Span<float> scores)
    {
        // Groups start anew with each list, so that a row's number among the packed ones is not its place.
        Span<int> numbers = stackalloc int[Chunk];
        Span<float> scales = stackalloc float[Chunk];
        ReadOnlySpan<int> offsets = store.Parts.Offsets.Span;
        ReadOnlySpan<float> allScales = store.Parts.Scales.Span;
        using var scratch = new Scratch<sbyte>(Chunk * store.Dimensions);
        for (int start = 0; start < places.Length; start += Chunk)
        {
            int count = Math.Min(Chunk, places.Length - start);
            for (int i = 0; i < count; i++)
            {
                int place = places[start + i], partition = store.PartitionOf(place);
                int row = (store.Starts[partition] * Int8Rows.GroupRows) + place - offsets[partition];
                Int8Rows.CopyRow(store.Parts.Packed.Span, row, Rows.Of(scratch.Span, store.Dimensions, i));
                (numbers[i], scales[i]) = (i, allScales[place]);
            }

            Int8Dot.Run(vector, scratch.Span[..(count * store.Dimensions)], scales[..count], numbers[..count], scores.Slice(start, count));
        }
    }
}
