using System.Collections;

namespace ManagedRetrieval.Benchmarks.Indexes;

/// <summary>Rows named by their numbers, which takes no memory.</summary>
internal sealed class RowNumbers(int count) : IReadOnlyList<int>
{
    public int Count => count;

    public int this[int index] => index;

    public IEnumerator<int> GetEnumerator() => Enumerable.Range(0, count).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
