using ManagedRetrieval.Checks;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Indexing;

/// <summary>What indexes refuse.</summary>
internal static class IndexArguments
{
    /// <summary>What an element of a query may be at most, and of a row of most compressed indexes: 3 · 10⁸ products of two such, summed up, are still finite.</summary>
    public const float GreatestMagnitude = 1e15f;

    /// <summary>The greatest float that is rounded to a finite Half, 65,504; no kind of index takes less.</summary>
    public const float GreatestHalf = 65519.996f;

    /// <summary>Checks that there is such a similarity, and returns it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none.</exception>
    public static Similarity Check(Similarity similarity) => similarity is Similarity.DotProduct or Similarity.Cosine
        ? similarity
        : throw new ArgumentOutOfRangeException(
            nameof(similarity), similarity, $"similarity must be {nameof(Similarity.DotProduct)} or {nameof(Similarity.Cosine)}.");

    /// <summary>Checks a search's queries and returns their shape.</summary>
    /// <exception cref="ArgumentOutOfRangeException">k is less than 1.</exception>
    /// <exception cref="ArgumentException">The queries do not fit, or are not finite, or too great for a score.</exception>
    public static Shape CheckQueries(Tensor<float> queryEmbeddings, int k, int dimensions, Similarity similarity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        Shape shape = queryEmbeddings.Shape;
        if (shape.Rank < 2 || shape[shape.Rank - 1] != dimensions || shape.RowLength == 0)
        {
            throw Argument.OtherShape(nameof(queryEmbeddings), $"[queries, {dimensions}] or [queries, heads, {dimensions}] with at least one head", shape);
        }

        CheckNumbers(queryEmbeddings, nameof(queryEmbeddings), static _ => "", similarity == Similarity.Cosine ? float.MaxValue : GreatestMagnitude);
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
            throw Argument.OtherCount(argument, lists.Count, queries, "queries");
        }
    }

    /// <summary>Checks rows and their identifiers.</summary>
    /// <exception cref="ArgumentException">There are no rows, rows and identifiers differ in number, or a row is not finite or holds a number of a greater magnitude.</exception>
    public static void CheckRows<TId>(Tensor<float> embeddings, IReadOnlyList<TId> identifiers, string argument, float greatest = float.MaxValue)
        where TId : notnull
    {
        CheckShape(embeddings, identifiers, argument);
        CheckNumbers(embeddings, argument, row => $" (identifier {identifiers[row]})", greatest);
    }

    /// <summary>The same but for the rows' numbers, which it does not read.</summary>
    /// <exception cref="ArgumentException">There are no rows, or rows and identifiers differ in number, or an identifier is null.</exception>
    public static void CheckShape<TId>(Tensor<float> embeddings, IReadOnlyList<TId> identifiers, string argument)
        where TId : notnull
    {
        ArgumentNullException.ThrowIfNull(identifiers);
        CheckCounts(embeddings.Shape, identifiers.Count, argument);
        if (FindNull(identifiers) is >= 0 and var row)
        {
            throw Argument.HoldsNull(nameof(identifiers), row);
        }
    }

    /// <summary>Checks that there are rows, and as many identifiers.</summary>
    /// <exception cref="ArgumentException">There are not.</exception>
    public static void CheckCounts(Shape shape, int identifiers, string argument)
    {
        if (shape.Rank != 2 || shape.Length == 0)
        {
            throw Argument.OtherShape(argument, "[candidates, d] with at least one row", shape);
        }

        Argument.OneForEach(nameof(identifiers), identifiers, shape.Rows, "rows");
    }

    /// <summary>The place of the first identifier that is null; −1 where none is.</summary>
    /// <remarks>Numbers cannot be null, and texts of a mapped file, each of which would have to be decoded, never are.</remarks>
    public static int FindNull<TId>(IReadOnlyList<TId> identifiers)
    {
        object list = identifiers is ListRange<TId> range ? range.Whole : identifiers;
        for (int row = 0; default(TId) is null && list is not StringList && row < identifiers.Count; row++)
        {
            if (identifiers[row] is null)
            {
                return row;
            }
        }

        return -1;
    }

    /// <summary>The place of the first number that is not finite, or of a magnitude greater than <paramref name="greatest"/>; −1 where none is.</summary>
    public static int FindWrong(ReadOnlySpan<float> numbers, float greatest)
    {
        if (numbers.IsEmpty || (greatest == float.MaxValue ? TensorPrimitives.IsFiniteAll(numbers) : MathF.Abs(TensorPrimitives.MaxMagnitude(numbers)) <= greatest))
        {
            return -1;
        }

        int at = 0;
        while (MathF.Abs(numbers[at]) <= greatest)
        {
            at++;
        }

        return at;
    }

    /// <summary>What is expected of such a number instead.</summary>
    public static string Expected(float number, float greatest) =>
        float.IsFinite(number) ? FormattableString.Invariant($"must be of magnitudes up to {greatest}") : "must be finite";

    private static void CheckNumbers(Tensor<float> tensor, string argument, Func<int, string> describe, float greatest)
    {
        Span<float> all = tensor.Span;
        int at = FindWrong(all, greatest);
        if (at < 0)
        {
            return;
        }

        int width = tensor.Shape[tensor.Shape.Rank - 1];
        (int row, int place) = Math.DivRem(at, tensor.Shape.RowLength);
        string where = tensor.Shape.Rank == 3 ? $"head {place / width}, dimension {place % width}" : $"dimension {place}";
        throw new ArgumentException(
            FormattableString.Invariant($"{argument} {Expected(all[at], greatest)}, but row {row}{describe(row)} holds {all[at]} at {where}."), argument);
    }
}
