using System.Numerics;

namespace ManagedRetrieval.Engine.Kernels;

/// <summary>Stable radix sort of row numbers that carries each one's position along.</summary>
/// <remarks>
/// Two passes of up to 11 bits order a table of up to 4 million rows; each pass is a count and a scatter, so the cost is
/// linear in the number of positions. Passes share the bits evenly: the fewer places a scatter writes to, the more of them
/// stay in the first-level cache. Stability keeps the positions of one row ascending, which fixes the order in
/// which its gradients are added.
/// </remarks>
internal static class RowSort
{
    private const int MostDigitBits = 11;

    /// <summary>Sorts in place; <paramref name="positions"/> is filled with the position that each key had.</summary>
    /// <param name="keys">Row numbers, 0 ≤ key &lt; <paramref name="rows"/>; sorted on return.</param>
    /// <param name="positions">As long as <paramref name="keys"/>.</param>
    /// <param name="rows">The number of rows of the table.</param>
    /// <param name="scratch">Twice as long as <paramref name="keys"/>.</param>
    public static void Sort(Span<int> keys, Span<int> positions, int rows, Span<int> scratch)
    {
        for (int i = 0; i < positions.Length; i++)
        {
            positions[i] = i;
        }

        int bits = 32 - BitOperations.LeadingZeroCount((uint)Math.Max(1, rows - 1));
        int fewestPasses = (bits + MostDigitBits - 1) / MostDigitBits;
        int digitBits = (bits + fewestPasses - 1) / fewestPasses;
        int digits = 1 << digitBits;
        Span<int> counts = stackalloc int[digits];
        Span<int> otherKeys = scratch[..keys.Length];
        Span<int> otherPositions = scratch.Slice(keys.Length, keys.Length);
        Span<int> fromKeys = keys, fromPositions = positions, toKeys = otherKeys, toPositions = otherPositions;
        int passes = 0;
        for (int shift = 0; shift < bits; shift += digitBits, passes++)
        {
            counts.Clear();
            foreach (int key in fromKeys)
            {
                counts[(key >> shift) & (digits - 1)]++;
            }

            int start = 0;
            for (int digit = 0; digit < digits; digit++)
            {
                (counts[digit], start) = (start, start + counts[digit]);
            }

            for (int i = 0; i < fromKeys.Length; i++)
            {
                int target = counts[(fromKeys[i] >> shift) & (digits - 1)]++;
                toKeys[target] = fromKeys[i];
                toPositions[target] = fromPositions[i];
            }

            Span<int> swap = fromKeys;
            fromKeys = toKeys;
            toKeys = swap;
            swap = fromPositions;
            fromPositions = toPositions;
            toPositions = swap;
        }

        if (passes % 2 == 1)
        {
            fromKeys.CopyTo(keys);
            fromPositions.CopyTo(positions);
        }
    }
}
