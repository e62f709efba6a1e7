using System.Numerics;

namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>Keeps the greatest of many different keys.</summary>
/// <remarks>
/// Keys are collected, and when there is no room left the greatest are parted from the others, which takes a few steps for each
/// key, where a heap takes one for each doubling of what it holds.
/// </remarks>
/// <param name="room">More than <paramref name="wanted"/>, twice as many had best fit; written over.</param>
/// <param name="wanted">How many keys to keep, at least 1.</param>
internal ref struct GreatestKeys(Span<ulong> room, int wanted)
{
    private readonly Span<ulong> _room = room;

    /// <summary>The number of keys in store.</summary>
    public int Count { get; private set; }

    /// <summary>What a key must be at least to be among the greatest, so far as is known; 0 before.</summary>
    public ulong Least { get; private set; }

    /// <summary>Goes on where others left off.</summary>
    /// <param name="room">As they left it.</param>
    /// <param name="wanted">The same number.</param>
    /// <param name="count">Their <see cref="Count"/>.</param>
    /// <param name="least">Their <see cref="Least"/>.</param>
    public static GreatestKeys Resume(Span<ulong> room, int wanted, int count, ulong least) => new(room, wanted) { Count = count, Least = least };

    /// <summary>Whether there are as many as are wanted.</summary>
    public readonly bool IsFull => Count >= wanted;

    /// <summary>How many keys there is room for where so many are wanted.</summary>
    public static int Room(int wanted) => wanted > (int.MaxValue - 64) / 2 ? int.MaxValue - 64 : (2 * wanted) + 32;

    /// <summary>Takes in a key.</summary>
    public void Add(ulong key)
    {
        if (key < Least)
        {
            return;
        }

        _room[Count++] = key;
        if (Count == _room.Length)
        {
            Prune();
        }
    }

    /// <summary>The greatest keys, or all where they are fewer, in no order.</summary>
    public Span<ulong> Finish()
    {
        if (Count > wanted)
        {
            Prune();
        }

        return _room[..Count];
    }

    /// <summary>The greatest keys, or all where they are fewer, in descending order.</summary>
    public Span<ulong> FinishSorted()
    {
        Span<ulong> keys = Finish();
        keys.Sort();
        keys.Reverse();
        return keys;
    }

    private void Prune()
    {
        Part(_room[..Count], wanted);
        (Count, Least) = (wanted, _room[wanted - 1]);
    }

    /// <summary>Brings the greatest keys to the front, the least of them last (Hoare's selection; Lomuto's parting, which needs no jumps).</summary>
    private static void Part(Span<ulong> keys, int wanted)
    {
        int low = 0, high = keys.Length;
        for (int rounds = 4 * BitOperations.Log2((uint)keys.Length); rounds > 0; rounds--)
        {
            if (high - low < 2)
            {
                return;
            }

            Span<ulong> range = keys[low..high];
            ulong first = range[0], middle = range[range.Length / 2], last = range[^1];
            ulong pivot = Math.Max(Math.Min(first, middle), Math.Min(Math.Max(first, middle), last));
            int greater = 0;
            for (int i = 0; i < range.Length; i++)
            {
                ulong key = range[i];
                range[i] = range[greater];
                range[greater] = key;
                greater += key > pivot ? 1 : 0;
            }

            // The pivot is one of the rest; it goes to their front, where it belongs.
            int at = greater + range[greater..].IndexOf(pivot);
            (range[greater], range[at]) = (range[at], range[greater]);
            int wantedHere = wanted - 1 - low;
            if (wantedHere == greater)
            {
                return;
            }

            (low, high) = wantedHere < greater ? (low, low + greater) : (low + greater + 1, high);
        }

        keys[low..high].Sort();
        keys[low..high].Reverse();
    }
}
