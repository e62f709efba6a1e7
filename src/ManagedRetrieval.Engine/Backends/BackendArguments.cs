using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Backends;

/// <summary>Checks that our backends share, since what does not fit would be read or written beyond its end.</summary>
internal static class BackendArguments
{
    /// <summary>Checks a matrix product.</summary>
    /// <returns>The depth, which both operands share.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static int CheckProduct(Shape a, bool transposeA, Shape b, bool transposeB, Shape result)
    {
        (int m, int depth) = transposeA ? (a.RowLength, a.Rows) : (a.Rows, a.RowLength);
        (int otherDepth, int n) = transposeB ? (b.RowLength, b.Rows) : (b.Rows, b.RowLength);
        return depth == otherDepth && result == new Shape(m, n) ? depth : throw new ArgumentException(
            $"A product of {a}{(transposeA ? " (transposed)" : "")} and {b}{(transposeB ? " (transposed)" : "")} does not fit a result of {result}.", nameof(result));
    }

    /// <summary>Checks a search for the best candidates.</summary>
    /// <returns>Vectors of a query, and elements of a vector.</returns>
    /// <exception cref="ArgumentException">Something does not fit; the message says what.</exception>
    public static (int Heads, int Width) CheckTopK(
        Shape queries,
        Shape candidates,
        int k,
        Shape scores,
        int rows,
        ReadOnlySpan<int> excluded,
        ReadOnlySpan<int> excludedOffsets,
        ReadOnlySpan<ulong> admitted)
    {
        (int count, int width) = (queries.Rows, queries.Rank == 0 ? 0 : queries[queries.Rank - 1]);
        int heads = queries.Rank == 3 ? queries[1] : 1;
        if (queries.Rank < 2 || width == 0 || heads == 0 || candidates.RowLength != width || k < 1 || k > candidates.Rows
            || scores != new Shape(count, k) || rows != count * k)
        {
            throw new ArgumentException($"Top-{k} of queries {queries} among candidates {candidates} does not fit scores {scores} and {rows} rows.", nameof(k));
        }

        if (excludedOffsets.IsEmpty ? !excluded.IsEmpty : excludedOffsets.Length != count + 1 || excludedOffsets[^1] != excluded.Length)
        {
            throw new ArgumentException(
                $"excludedOffsets must be {count + 1} numbers that end in {excluded.Length}, the number of rows excluded, not {excludedOffsets.Length} numbers.",
                nameof(excludedOffsets));
        }

        int start = 0;
        for (int i = 0; i < excludedOffsets.Length; i++)
        {
            int next = excludedOffsets[i];
            start = next >= start ? next : throw new ArgumentException(
                $"excludedOffsets must rise from 0 to {excluded.Length}, the number of rows excluded, but number {i} is {next} where {start} or more is expected.",
                nameof(excludedOffsets));
        }

        int words = (candidates.Rows + 63) / 64;
        if (!admitted.IsEmpty && admitted.Length != words)
        {
            throw new ArgumentException($"admitted must be {words} words, a bit for each of {candidates.Rows} candidates, not {admitted.Length}.", nameof(admitted));
        }

        return (heads, width);
    }
}
