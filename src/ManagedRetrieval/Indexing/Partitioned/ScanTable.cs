using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Kernels.Quantized;
using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.Engine.Memory;

namespace ManagedRetrieval.Indexing.Partitioned;

/// <summary>Scans lists for one vector after the other, and the memory that it works in.</summary>
/// <param name="store">Where the lists lie.</param>
internal readonly ref struct ScanTable(PartitionedStore store) : IDisposable
{
    /// <summary>What the best partition's rows are above a sum of 0: sums of lists with lower bases then have room below.</summary>
    private const uint HighestBase = 1u << 30;

    /// <summary>Bytes of a list that are asked for while the list before it is scanned; those beyond are asked for by its own scan.</summary>
    private const int Ahead = 2048;

    private readonly Scratch<float> _products = new(Math.Max(1, store.Parts.Subspaces * FourBitCodes.Values));
    private readonly Scratch<byte> _table = new(store.HasCodes ? FourBitTable.Length(store.Parts.Subspaces) : 1);
    private readonly Scratch<sbyte> _elements = new(Int8Rows.Padded(store.Dimensions));

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _products.Dispose();
        _table.Dispose();
        _elements.Dispose();
    }

    /// <summary>Scans the best lists for a vector, and further ones until there are enough rows.</summary>
    /// <param name="vector">[d].</param>
    /// <param name="centroidScores">Its products with the centroids.</param>
    /// <param name="probes">How many lists.</param>
    /// <param name="limits">Which rows may be found.</param>
    /// <param name="room">For ordering all lists.</param>
    /// <param name="keys">Keeps the best rows; what it wants is how many are enough.</param>
    /// <returns>Keys of places.</returns>
    public Span<ulong> Scan(ReadOnlySpan<float> vector, ReadOnlySpan<float> centroidScores, int probes, PlaceLimits limits, Span<ulong> room, GreatestKeys keys)
    {
        Span<ulong> lists = Best(centroidScores, Math.Min(probes, store.Partitions), room);
        return store.HasCodes ? ScanCodes(vector, centroidScores, lists, limits, room, keys) : ScanBytes(vector, centroidScores, lists, limits, room, keys);
    }

    /// <summary>The best lists' keys, in descending order.</summary>
    private static Span<ulong> Best(ReadOnlySpan<float> scores, int count, Span<ulong> room)
    {
        var keys = new GreatestKeys(room[..Math.Min(room.Length, GreatestKeys.Room(count))], count);
        for (int i = 0; i < scores.Length; i++)
        {
            if (ScoreKeys.Score(keys.Least) != 0)
            {
                // Lists ascend, so that an equal score does not suffice.
                i = FirstAbove.Of(scores, i, ScoreKeys.Value(ScoreKeys.Score(keys.Least)));
                if (i == scores.Length)
                {
                    break;
                }
            }

            keys.Add(ScoreKeys.Of(ScoreKeys.Order(scores[i] + 0f), i));
        }

        return keys.FinishSorted();
    }

    private Span<ulong> ScanCodes(
        ReadOnlySpan<float> vector, ReadOnlySpan<float> centroidScores, Span<ulong> lists, PlaceLimits limits, Span<ulong> room, GreatestKeys keys)
    {
        PartitionedParts parts = store.Parts;
        ProductCodes.Products(vector, parts.Subspaces, parts.Codewords.Span, _products.Span);
        FourBitTable.Build(_products.Span, _table.Span, out float step, out _);
        float highest = centroidScores[ScoreKeys.Place(lists[0])];
        if (step == 0)
        {
            // Codes tell nothing: then centroids alone do, in steps of their range.
            step = MathF.Max((highest - TensorPrimitives.Min(centroidScores)) / HighestBase, float.Epsilon);
        }

        int blockBytes = FourBitCodes.BlockBytes(parts.Subspaces), from = 0;
        ReadOnlySpan<byte> codes = parts.Codes.Span;
        ReadOnlySpan<int> offsets = parts.Offsets.Span, starts = store.Starts;
        var sink = new FourBitKeySink { Keys = keys, Limits = limits };
        while (true)
        {
            for (int i = from; i < lists.Length; i++)
            {
                int list = ScoreKeys.Place(lists[i]), place = offsets[list], rows = offsets[list + 1] - place;
                if (i + 1 < lists.Length)
                {
                    Ask(codes, starts[ScoreKeys.Place(lists[i + 1])] * blockBytes);
                }

                // Of a list so far below that no sum brings it up, none is read.
                sink.Base = HighestBase - Math.Min((uint)MathF.Round((highest - centroidScores[list]) / step), HighestBase);
                if (ScoreKeys.Score(sink.Keys.Least) <= sink.Base + (uint)(byte.MaxValue * parts.Subspaces))
                {
                    FourBitScan.Run(codes.Slice(starts[list] * blockBytes, (starts[list + 1] - starts[list]) * blockBytes), parts.Subspaces, _table.Span, rows, 0, place, ref sink);
                }
            }

            if (!More(centroidScores, sink.Keys, ref lists, ref from, room))
            {
                return sink.Keys.Finish();
            }
        }
    }

    private Span<ulong> ScanBytes(
        ReadOnlySpan<float> vector, ReadOnlySpan<float> centroidScores, Span<ulong> lists, PlaceLimits limits, Span<ulong> room, GreatestKeys keys)
    {
        PartitionedParts parts = store.Parts;
        Int8Query query = Int8Query.Quantise(vector, _elements.Span);
        int from = 0;
        ReadOnlySpan<byte> packed = parts.Packed.Span;
        ReadOnlySpan<int> offsets = parts.Offsets.Span, starts = store.Starts;
        var sink = new Int8KeySink { Keys = keys, Limits = limits };
        while (true)
        {
            for (int i = from; i < lists.Length; i++)
            {
                int list = ScoreKeys.Place(lists[i]), place = offsets[list], rows = offsets[list + 1] - place;
                if (i + 1 < lists.Length)
                {
                    Ask(packed, starts[ScoreKeys.Place(lists[i + 1])] * store.GroupBytes);
                }

                Int8Query biased = query with { Bias = centroidScores[list] };
                Int8Scan.Run(
                    packed.Slice(starts[list] * store.GroupBytes, (starts[list + 1] - starts[list]) * store.GroupBytes), parts.Scales.Span.Slice(place, rows),
                    store.Dimensions, _elements.Span, [biased], 0, place, ref sink);
            }

            if (!More(centroidScores, sink.Keys, ref lists, ref from, room))
            {
                return sink.Keys.Finish();
            }
        }
    }

    /// <summary>Doubles the lists where their rows were not enough, and says whether there are more.</summary>
    private static bool More(ReadOnlySpan<float> centroidScores, GreatestKeys keys, ref Span<ulong> lists, ref int from, Span<ulong> room)
    {
        if (keys.IsFull || lists.Length == centroidScores.Length)
        {
            return false;
        }

        from = lists.Length;
        lists = Best(centroidScores, (int)Math.Min(2L * from, centroidScores.Length), room);
        return true;
    }

    private static void Ask(ReadOnlySpan<byte> bytes, int start)
    {
        const int AtOnce = 1024;
        for (int end = Math.Min(bytes.Length, start + Ahead); start < end; start += AtOnce)
        {
            Rows.Prefetch(bytes[start..], Math.Min(AtOnce, end - start), 0);
        }
    }
}
