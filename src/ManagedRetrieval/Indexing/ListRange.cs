using System.Collections;

namespace ManagedRetrieval.Indexing;

/// <summary>Some consecutive entries of a list, which is shared.</summary>
/// <param name="list">The list.</param>
/// <param name="start">The first of the entries.</param>
/// <param name="count">How many.</param>
internal sealed class ListRange<T>(IReadOnlyList<T> list, int start, int count) : IReadOnlyList<T>
{
    /// <summary>The list.</summary>
    public IReadOnlyList<T> Whole => list;

    /// <inheritdoc/>
    public int Count => count;

    /// <inheritdoc/>
    public T this[int index] => (uint)index < (uint)count ? list[start + index] : throw new ArgumentOutOfRangeException(nameof(index));

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator()
    {
        for (int i = 0; i < count; i++)
        {
            yield return list[start + i];
        }
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
