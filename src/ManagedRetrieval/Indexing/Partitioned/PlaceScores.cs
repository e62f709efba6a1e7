using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Kernels.Gemm;
using ManagedRetrieval.Engine.Kernels.Quantized;
using ManagedRetrieval.Engine.Kernels.Scoring;
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
    /// <param name="centroidScores">The vector's products with all centroids.</param>
    /// <param name="scores">One for each place.</param>
    public static void Write(PartitionedStore store, ReadOnlySpan<float> vector, ReadOnlySpan<int> places, ReadOnlySpan<float> centroidScores, Span<float> scores)
    {
        if (store.HasRows)
        {
            WriteRows(store.Parts, vector, places, scores);
        }
        else
        {
            for (int i = 0; i < places.Length; i++)
            {
                scores[i] = centroidScores[store.PartitionOf(places[i])];
            }

            WriteResiduals(store, vector, places, scores);
        }

        // −0, which equals 0, becomes 0, so that equal scores are the same bits.
        TensorPrimitives.Add(scores, 0f, scores);
    }

    /// <summary>The same for several vectors: rows are gathered once for all of them, and so are centroids, with which no products are known yet.</summary>
    /// <param name="store">Where they lie.</param>
    /// <param name="vectors">[vectors, d].</param>
    /// <param name="places">In any order.</param>
    /// <param name="scores">[vectors, places].</param>
    public static void WriteAll(PartitionedStore store, ReadOnlySpan<float> vectors, ReadOnlySpan<int> places, Span<float> scores)
    {
        int width = store.Dimensions;
        Span<int> partitions = stackalloc int[Chunk];
        using var scratch = new Scratch<float>(Math.Min(Chunk, places.Length) * width);
        for (int start = 0; start < places.Length; start += Chunk)
        {
            ReadOnlySpan<int> some = places.Slice(start, Math.Min(Chunk, places.Length - start));
            Span<float> gathered = scratch.Span[..(some.Length * width)];
            if (store.HasRows)
            {
                Gather(store.Parts, some, gathered);
            }
            else
            {
                for (int i = 0; i < some.Length; i++)
                {
                    partitions[i] = store.PartitionOf(some[i]);
                }

                Rows.Gather(store.Parts.Centroids.Span, width, partitions[..some.Length], gathered);
            }

            ScoreTiles.Run(vectors, 0, gathered, start, width, new ScoreStore(scores, places.Length), 1);
        }

        if (!store.HasRows)
        {
            WriteResiduals(store, vectors, places, scores);
        }

        TensorPrimitives.Add(scores, 0f, scores);
    }

    private static void WriteRows(PartitionedParts parts, ReadOnlySpan<float> vector, ReadOnlySpan<int> places, Span<float> scores)
    {
        using var scratch = new Scratch<float>(Math.Min(Chunk, places.Length) * parts.Dimensions);
        for (int start = 0; start < places.Length; start += Chunk)
        {
            ReadOnlySpan<int> some = places.Slice(start, Math.Min(Chunk, places.Length - start));
            Span<float> rows = scratch.Span[..(some.Length * parts.Dimensions)];
            Gather(parts, some, rows);
            MatrixVector.Run(vector, rows, scores.Slice(start, some.Length), accumulate: false);
        }
    }

    private static void Gather(PartitionedParts parts, ReadOnlySpan<int> places, Span<float> rows)
    {
        int width = parts.Dimensions;
        if (!parts.Floats.IsEmpty)
        {
            Rows.Gather(parts.Floats.Span, width, places, rows);
            return;
        }

        ReadOnlySpan<Half> halves = parts.Halves.Span;
        for (int i = 0; i < places.Length; i++)
        {
            HalfRows.Widen(Rows.Of(halves, width, places[i]), Rows.Of(rows, width, i));
        }
    }

    /// <summary>Adds the products with the residuals to those with the centroids, which <paramref name="scores"/> hold, of several vectors.</summary>
    private static void WriteResiduals(PartitionedStore store, ReadOnlySpan<float> vectors, ReadOnlySpan<int> places, Span<float> scores)
    {
        if (!store.HasCodes)
        {
            WritePacked(store, vectors, places, scores);
            return;
        }

        int width = store.Dimensions;
        for (int vector = 0; vector < vectors.Length / width; vector++)
        {
            Int8Dot.Run(
                vectors.Slice(vector * width, width), store.Parts.Residuals.Span, store.Parts.Scales.Span, places, scores.Slice(vector * places.Length, places.Length));
        }
    }

    private static void WritePacked(PartitionedStore store, ReadOnlySpan<float> vectors, ReadOnlySpan<int> places, Span<float> scores)
    {
        // Groups start anew with each list, so that a row's number among the packed ones is not its place.
        Span<int> numbers = stackalloc int[Chunk];
        Span<float> scales = stackalloc float[Chunk];
        int width = store.Dimensions;
        ReadOnlySpan<int> offsets = store.Parts.Offsets.Span;
        ReadOnlySpan<float> allScales = store.Parts.Scales.Span;
        using var scratch = new Scratch<sbyte>(Chunk * width);
        for (int start = 0; start < places.Length; start += Chunk)
        {
            int count = Math.Min(Chunk, places.Length - start);
            for (int i = 0; i < count; i++)
            {
                int place = places[start + i], partition = store.PartitionOf(place);
                int row = (store.Starts[partition] * Int8Rows.GroupRows) + place - offsets[partition];
                Int8Rows.CopyRow(store.Parts.Packed.Span, row, Rows.Of(scratch.Span, width, i));
                (numbers[i], scales[i]) = (i, allScales[place]);
            }

            for (int vector = 0; vector < vectors.Length / width; vector++)
            {
                Int8Dot.Run(
                    vectors.Slice(vector * width, width), scratch.Span[..(count * width)], scales[..count], numbers[..count],
                    scores.Slice((vector * places.Length) + start, count));
            }
        }
    }
}
