using System.Collections;
using System.Numerics;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Indexing;

/// <summary>Whole numbers of a file as the identifiers that they stand for.</summary>
internal sealed class NumberList<T>(string source, string name, ReadOnlyMemory<long> numbers) : IReadOnlyList<T>
    where T : unmanaged, IBinaryInteger<T>
{
    public int Count => numbers.Length;

    /// <exception cref="SnapshotFormatException">The file's number is none of the type.</exception>
    public T this[int index]
    {
        get
        {
            long number = numbers.Span[index];

            // A span does not keep the file mapped.
            GC.KeepAlive(this);
            return long.CreateTruncating(T.CreateTruncating(number)) == number
                ? T.CreateTruncating(number)
                : throw SnapshotFormatException.InTensor(
                    source, name, FormattableString.Invariant($"identifier {index} is {number}, which is no {(typeof(T) == typeof(int) ? "int" : "long")}."));
        }
    }

    /// <exception cref="SnapshotFormatException">One of the file's numbers is none of the type.</exception>
    public void CheckAll()
    {
        for (int i = 0; i < Count; i++)
        {
            _ = this[i];
        }
    }

    public IEnumerator<T> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
