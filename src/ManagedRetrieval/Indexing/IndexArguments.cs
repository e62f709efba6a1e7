using System.Globalization;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Indexing;

/// <summary>What indexes refuse.</summary>
internal static class IndexArguments
{
    /// <summary>Checks a search's queries and returns their shape.</summary>
    /// <exception cref="ArgumentOutOfRangeException">k is less than 1.</exception>
    /// <exception cref="ArgumentException">The queries do not fit, or are not finite.</exception>
    public static Shape CheckQueries(Tensor<float> queryEmbeddings, int k, int dimensions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        Shape shape = queryEmbeddings.Shape;
        if (shape.Rank < 2 || shape[shape.Rank - 1] != dimensions || shape.RowLength == 0)
        {
            throw new ArgumentException(
                $"queryEmbeddings must have the shape [queries, {dimensions}] or [queries, heads, {dimensions}] with at least one head, not {shape}.", nameof(queryEmbeddings));
        }

        CheckFinite(queryEmbeddings, nameof(queryEmbeddings), static _ => "");
        return shape;
    }

    /// <summary>Checks that one array can hold the answers.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It cannot.</exception>
    public static void CheckRoom(int queries, int kept, int k)
    {
        if ((long)queries * kept > Array.MaxLength - 16)
        {
            throw new ArgumentOutOfRangeException(nameof(k), k, $"{queries} queries with {kept} candidates each are more than one array can hold; ask in parts.");
        }
    }

    /// <summary>Checks that there is a list for each query, where there are lists.</summary>
    /// <exception cref="ArgumentException">There is not.</exception>
    public static void CheckLists<TId>(IReadOnlyList<IReadOnlyCollection<TId>?>? lists, int queries, string argument)
    {
        if (lists is not null && lists.Count != queries)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"{argument} must be one for each of the {queries} queries, not {lists.Count}."), argument);
        }
    }

    /// <summary>Checks rows and their identifiers.</summary>
    /// <exception cref="ArgumentException">There are no rows, rows and identifiers differ in number, or a row is not finite.</exception>
    public static void CheckRows<TId>(Tensor<float> embeddings, IReadOnlyList<TId> identifiers, string argument)
        where TId : notnull
    {
        CheckShape(embeddings, identifiers, argument);
        CheckFinite(embeddings, argument, row => $" (identifier {identifiers[row]})");
    }

    /// <summary>The same but for the rows' numbers, which it does not read.</summary>
    /// <exception cref="ArgumentException">There are no rows, or rows and identifiers differ in number, or an identifier is null.</exception>
    public static void CheckShape<TId>(Tensor<float> embeddings, IReadOnlyList<TId> identifiers, string argument)
        where TId : notnull
    {
        ArgumentNullException.ThrowIfNull(identifiers);
        CheckCounts(embeddings.Shape, identifiers.Count, argument);
        for (int row = 0; row < identifiers.Count; row++)
        {
            if (identifiers[row] is null)
            {
                throw new ArgumentException($"identifiers must not hold null, but number {row} is.", nameof(identifiers));
            }
        }
    }

    /// <summary>Checks that there are rows, and as many identifiers.</summary>
    /// <exception cref="ArgumentException">There are not.</exception>
    public static void CheckCounts(Shape shape, int identifiers, string argument)
    {
        if (shape.Rank != 2 || shape.Length == 0)
        {
            throw new ArgumentException($"{argument} must have the shape [candidates, d] with at least one row, not {shape}.", argument);
        }

        if (identifiers != shape.Rows)
        {
            throw new ArgumentException($"identifiers must be one for each of the {shape.Rows} rows, not {identifiers}.", nameof(identifiers));
        }
    }

    /// <summary>The place of the first number that is not finite; −1 where all are.</summary>
    public static int FindNotFinite(ReadOnlySpan<float> numbers)
    {
        if (numbers.IsEmpty || TensorPrimitives.IsFiniteAll(numbers))
        {
            return -1;
        }

        int at = 0;
        while (float.IsFinite(numbers[at]))
        {
            at++;
        }

        return at;
    }

    private static void CheckFinite(Tensor<float> tensor, string argument, Func<int, string> describe)
    {
        Span<float> all = tensor.Span;
        int at = FindNotFinite(all);
        if (at < 0)
        {
            return;
        }

        int width = tensor.Shape[tensor.Shape.Rank - 1];
        (int row, int place) = Math.DivRem(at, tensor.Shape.RowLength);
        string where = tensor.Shape.Rank == 3 ? $"head {place / width}, dimension {place % width}" : $"dimension {place}";
        throw new ArgumentException(
            string.Create(CultureInfo.InvariantCulture, $"{argument} must be finite, but row {row}{describe(row)} holds {all[at]} at {where}."), argument);
    }
}
