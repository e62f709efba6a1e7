using System.Buffers;
using ILGPU;
using ManagedRetrieval.Gpu.Devices;
using ManagedRetrieval.Gpu.Kernels;

namespace ManagedRetrieval.Gpu.Work;

/// <summary>The best candidates of queries: scores are made, chosen from and forgotten on the device, piece by piece of the candidates.</summary>
/// <remarks>
/// What comes back is k keys for each query, unsorted; the processor sorts them. While one piece of candidates is scored, the next is
/// copied, unless all are on the device already.
/// </remarks>
internal static class TopK
{
    /// <summary>Scores of a range, at least: fewer are not worth a group of threads of their own.</summary>
    private const int SmallestRange = 4096;

    /// <summary>Fills scores and rows, best first; NaN and −1 where there are no more.</summary>
    public static void Run(GpuDevice device, TopKOperands search)
    {
        search.CancellationToken.ThrowIfCancellationRequested();
        int queries = search.QueryCount, candidates = search.CandidateCount;
        if (queries == 0)
        {
            return;
        }

        int piece = Math.Min(candidates, Math.Max(1, Math.Min(device.Limits.Candidates, device.Limits.Scores / search.Heads)));
        int pieces = ((candidates - 1) / piece) + 1;
        using DeviceArray<float> vectors = device.Upload(search.Queries);
        using DeviceArray<int> excluded = device.Upload(search.Excluded), offsets = device.Upload(search.ExcludedOffsets);
        using DeviceArray<ulong> admitted = device.Upload(search.Admitted);
        using DeviceArray<ulong> best = device.Rent<ulong>(checked(queries * search.K)), other = device.Rent<ulong>(queries * search.K);
        using var rows = new CandidatePieces(device, search.Kept, search.Width, piece, pieces);
        var step = new TopKStep
        {
            Device = device,
            Vectors = vectors.View,
            Excluded = excluded.View,
            ExcludedOffsets = offsets.View,
            HasExcluded = !search.Excluded.IsEmpty,
            Admitted = admitted.View,
            HasAdmitted = !search.Admitted.IsEmpty,
            Width = search.Width,
            Heads = search.Heads,
            K = search.K,
            Queries = queries,
        };
        rows.Copy(search.Candidates, 0);
        (ArrayView<ulong> before, ArrayView<ulong> after) = (best.View, other.View);
        for (int i = 0; i < pieces; i++)
        {
            int first = i * piece, count = Math.Min(piece, candidates - first);
            int range = Math.Min(count, Math.Max(SmallestRange, 4 * search.K));
            using var scratch = new TopKScratch(device, step, count, range);
            step.Run(rows.View(i, count), first, count, scratch, before, after);
            if (i + 1 < pieces)
            {
                rows.Copy(search.Candidates, i + 1);
            }

            device.Synchronize();
            search.CancellationToken.ThrowIfCancellationRequested();
            (before, after) = (after, before);
        }

        Sorted(device, search, before);
    }

    private static void Sorted(GpuDevice device, TopKOperands search, ArrayView<ulong> best)
    {
        ulong[] rented = ArrayPool<ulong>.Shared.Rent(search.Rows.Length);
        try
        {
            Span<ulong> keys = rented.AsSpan(0, search.Rows.Length);
            device.Read(best, keys);
            for (int start = 0; start < keys.Length; start += search.K)
            {
                Span<ulong> own = keys.Slice(start, search.K);
                own.Sort();
                for (int place = 0; place < own.Length; place++)
                {
                    ulong key = own[own.Length - 1 - place];
                    (search.Scores[start + place], search.Rows[start + place]) = key == ScoreKey.None ? (float.NaN, -1) : (ScoreKey.Score(key), ScoreKey.Row(key));
                }
            }
        }
        finally
        {
            ArrayPool<ulong>.Shared.Return(rented);
        }
    }
}
