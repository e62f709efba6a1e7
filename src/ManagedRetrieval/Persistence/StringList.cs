using System.Collections;

namespace ManagedRetrieval.Persistence;

/// <summary>Texts of a mapped file, each decoded as it is asked for: opening the file looks at none of them.</summary>
internal sealed class StringList(string source, string name, ReadOnlyMemory<byte> utf8, ReadOnlyMemory<long> offsets) : IReadOnlyList<string>
{
    public int Count => offsets.Length - 1;

    /// <exception cref="ArgumentOutOfRangeException">There is no such text.</exception>
    /// <exception cref="SnapshotFormatException">The file is damaged there.</exception>
    public string this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            (long begin, long end) = (offsets.Span[index], offsets.Span[index + 1]);
            string text = begin >= 0 && begin <= end && end <= utf8.Length
                ? StringTensors.Decode(source, name, utf8.Span[(int)begin..(int)end], index, begin)
                : throw StringTensors.BadOffsets(source, name, index, begin, end, utf8.Length);

            // A span does not keep the file mapped.
            GC.KeepAlive(this);
            return text;
        }
    }

    public IEnumerator<string> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
