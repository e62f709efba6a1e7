using System.Collections;
using ManagedRetrieval.Data;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>The first items of a user's time line, by their keys.</summary>
/// <param name="items">Numbers of items, oldest first.</param>
/// <param name="count">How many of them.</param>
/// <param name="keys">Their keys.</param>
internal sealed class History(int[] items, int count, KeyIndex keys) : IReadOnlyList<string>
{
    public int Count => count;

    public string this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)count, nameof(index));
            return keys.Describe(items[index]);
        }
    }

    public IEnumerator<string> GetEnumerator()
    {
        for (int i = 0; i < count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
