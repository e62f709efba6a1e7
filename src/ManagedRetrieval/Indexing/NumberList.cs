using System.Collections;
using System.Globalization;
using System.Numerics;

namespace ManagedRetrieval.Indexing;

/// <summary>Whole numbers of a file as the identifiers that they stand for.</summary>
internal sealed class NumberList<T>(ReadOnlyMemory<long> numbers) : IReadOnlyList<T>
    where T : unmanaged, IBinaryInteger<T>
{
    public int Count => numbers.Length;

    /// <exception cref="FormatException">The file's number is none of the type.</exception>
    public T this[int index] => long.CreateTruncating(T.CreateTruncating(numbers.Span[index])) == numbers.Span[index]
        ? T.CreateTruncating(numbers.Span[index])
        : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"Index: identifier {index} is {numbers.Span[index]}, which is no {Name}."));

    private static string Name => typeof(T) == typeof(int) ? "int" : "long";

    /// <exception cref="FormatException">One of the file's numbers is none of the type.</exception>
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
