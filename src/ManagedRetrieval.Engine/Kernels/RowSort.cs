using System.Numerics;
using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Engine.Kernels;

/// <summary>Stable radix sort of row numbers, each of which carries a value along.</summary>
/// <remarks>
/// <para>
/// Two passes of up to 11 bits order a table of up to 4 million rows; each pass is a count and a scatter, so the cost is
/// linear in the number of entries. Passes share the bits evenly, and row and value travel in one word: the fewer places
/// a scatter writes to, the more of them stay in the nearest caches. Stability keeps the values of one row in the order
/// in which they came, which fixes the order in which its gradients are added.
/// </para>
/// <para>
/// Many entries are cut into parts that are counted and scattered at once. A part writes behind what the parts before
/// it write for the same digit: a stable sort has one result, whatever the cut and the number of workers.
/// </para>
/// </remarks>
internal static class RowSort
{
    private const int RowShift = 32;

    private const int MostDigitBits = 11;

    /// <summary>
    /// Entries a part has at least. Two halves of 65,536 take two thirds to four fifths of the time of the whole; two of
    /// 16,384 took from four fifths to four times of it, since entries move between the caches of two cores.
    /// </summary>
    private const int LeastPerPart = 1 << 15;

    /// <summary>
    /// Parts at most. The sum over the parts' counts reads one number of each in turn; these lie a power of two apart, and
    /// a first-level cache of eight ways holds no more than eight such lines at once.
    /// </summary>
    private const int MostParts = 8;

    /// <summary>What is sorted: a row number with the value that goes where it goes.</summary>
    public static ulong Entry(int row, int value) => ((ulong)(uint)row << RowShift) | (uint)value;

    /// <summary>The row number of an entry.</summary>
    public static int RowOf(ulong entry) => (int)(entry >> RowShift);

    /// <summary>The value of an entry.</summary>
    public static int ValueOf(ulong entry) => (int)(uint)entry;

    /// <summary>The number of counts that <see cref="Sort"/> needs.</summary>
    public static int CountsLength(int entries, int rows) => Blocks(entries).Parts << DigitBits(rows);

    /// <summary>Sorts in place.</summary>
    /// <param name="entries">Of row numbers from 0 to <paramref name="rows"/> − 1; sorted by them on return.</param>
    /// <param name="rows">The number of rows of the table.</param>
    /// <param name="scratch">As long as <paramref name="entries"/>, or longer.</param>
    /// <param name="counts">As long as <see cref="CountsLength"/> says, or longer.</param>
    /// <param name="team">Shares out the parts of a pass.</param>
    public static void Sort(Span<ulong> entries, int rows, Span<ulong> scratch, Span<int> counts, WorkerTeam team)
    {
        Partition blocks = Blocks(entries.Length);
        int digitBits = DigitBits(rows), end = RowShift + Bits(rows);
        Span<ulong> from = entries, to = scratch[..entries.Length];
        counts = counts[..(blocks.Parts << digitBits)];
        bool odd = false;
        for (int shift = RowShift; shift < end; shift += digitBits, odd = !odd)
        {
            var pass = new Pass { Blocks = blocks, Shift = shift, Digits = 1 << digitBits, Counts = counts, From = from, To = to };
            team.Run(new CountJob { Pass = pass }, blocks.Parts);
            MakePlaces(counts, pass.Digits);
            team.Run(new ScatterJob { Pass = pass }, blocks.Parts);
            Span<ulong> swap = from;
            from = to;
            to = swap;
        }

        if (odd)
        {
            from.CopyTo(entries);
        }
    }

    private static Partition Blocks(int entries)
    {
        int parts = Math.Clamp(entries / LeastPerPart, 1, MostParts);
        return Partition.BySize(entries, Math.Max(1, (int)((entries + parts - 1L) / parts)));
    }

    private static int Bits(int rows) => 32 - BitOperations.LeadingZeroCount((uint)Math.Max(1, rows - 1));

    private static int DigitBits(int rows)
    {
        int bits = Bits(rows);
        int fewestPasses = (bits + MostDigitBits - 1) / MostDigitBits;
        return (bits + fewestPasses - 1) / fewestPasses;
    }

    /// <summary>Turns each part's counts into the places where it writes: digit by digit, and for one digit part by part.</summary>
    private static void MakePlaces(Span<int> counts, int digits)
    {
        int place = 0;
        for (int digit = 0; digit < digits; digit++)
        {
            for (int at = digit; at < counts.Length; at += digits)
            {
                (counts[at], place) = (place, place + counts[at]);
            }
        }
    }

    private ref struct Pass
    {
        public required Partition Blocks;
        public required int Shift;
        public required int Digits;

        /// <summary>[parts, digits].</summary>
        public required Span<int> Counts;
        public required ReadOnlySpan<ulong> From;
        public required Span<ulong> To;

        public readonly Span<int> CountsOf(int part) => Counts.Slice(part * Digits, Digits);

        public readonly ReadOnlySpan<ulong> EntriesOf(int part)
        {
            (int start, int count) = Blocks[part];
            return From.Slice(start, count);
        }
    }

    private ref struct CountJob : IParallelJob
    {
        public required Pass Pass;

        public readonly void Run(int part)
        {
            Span<int> counts = Pass.CountsOf(part);
            (int shift, int mask) = (Pass.Shift, Pass.Digits - 1);
            counts.Clear();
            foreach (ulong entry in Pass.EntriesOf(part))
            {
                counts[(int)(entry >> shift) & mask]++;
            }
        }
    }

    private ref struct ScatterJob : IParallelJob
    {
        public required Pass Pass;

        public readonly void Run(int part)
        {
            Span<int> places = Pass.CountsOf(part);
            Span<ulong> to = Pass.To;
            (int shift, int mask) = (Pass.Shift, Pass.Digits - 1);
            foreach (ulong entry in Pass.EntriesOf(part))
            {
                to[places[(int)(entry >> shift) & mask]++] = entry;
            }
        }
    }
}
