namespace ManagedRetrieval.TestKit;

/// <summary>A bit for each row, as searches take them.</summary>
public static class Bits
{
    /// <summary>The lowest bit of a word first; what is left of the last word is set, since nobody may look at it.</summary>
    public static ulong[] Of(IReadOnlyList<bool> rows)
    {
        ulong[] words = new ulong[(rows.Count + 63) / 64];
        words.AsSpan().Fill(ulong.MaxValue);
        for (int row = 0; row < rows.Count; row++)
        {
            if (!rows[row])
            {
                words[row / 64] &= ~(1UL << (row % 64));
            }
        }

        return words;
    }
}
