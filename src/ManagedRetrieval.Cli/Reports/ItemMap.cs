namespace ManagedRetrieval.Cli.Reports;

/// <summary>The most popular items, laid out in their principal plane and coloured by group.</summary>
/// <param name="Points">The most popular first.</param>
/// <param name="Groups">The largest groups, then the rest, if any; one without name where items have no groups.</param>
/// <param name="ShareX">How much of the items' variance lies along X.</param>
/// <param name="ShareY">How much lies along Y.</param>
internal sealed record ItemMap(IReadOnlyList<ItemMap.Point> Points, IReadOnlyList<string> Groups, double ShareX, double ShareY)
{
    /// <summary>How many items are shown at most.</summary>
    public const int MostItems = 2000;

    /// <summary>How many groups have a colour of their own.</summary>
    public const int MostGroups = 7;

    /// <summary>Items of one group, or of none, whose name is not among those shown.</summary>
    public const string Rest = "other";

    /// <summary>Whether there is enough to draw: three items with finite numbers, in two dimensions or more.</summary>
    public static bool IsPossible(ItemEmbeddings items) =>
        items.Embeddings.Shape.RowLength >= 2 && Enumerable.Range(0, items.Embeddings.Shape.Rows).Where(row => IsFinite(items.Embeddings.Row(row))).Skip(2).Any();

    /// <summary>Lays the items out; there must be enough of them.</summary>
    public static ItemMap Of(ItemEmbeddings items)
    {
        int[] shown =
        [
            .. Enumerable.Range(0, items.Embeddings.Shape.Rows)
                .Where(row => IsFinite(items.Embeddings.Row(row)))
                .OrderByDescending(row => items.Popularity[row])
                .ThenBy(row => row)
                .Take(MostItems),
        ];
        int width = items.Embeddings.Shape.RowLength;
        PrincipalPlane plane = PrincipalPlane.Of([.. shown.Select(row => (ReadOnlyMemory<float>)items.Embeddings.Memory.Slice(row * width, width))]);
        (string[] groups, int[] groupOf) = Grouped([.. shown.Select(row => items.Groups?[row] ?? "")]);
        return new(
            [.. shown.Select((row, i) => new Point(items.Labels[row], items.Popularity[row], items.Groups?[row] ?? "", groupOf[i], plane.X[i], plane.Y[i]))],
            groups,
            plane.ShareX,
            plane.ShareY);
    }

    // The largest groups first, among equals the one that comes first; for each item the place of its group.
    private static (string[] Groups, int[] GroupOf) Grouped(string[] names)
    {
        string[] all = [.. names.GroupBy(name => name, StringComparer.Ordinal).OrderByDescending(group => group.Count()).Select(group => group.Key)];
        string[] largest = [.. all.Where(name => name.Length > 0 || all.Length == 1).Take(MostGroups)];
        int[] groupOf = [.. names.Select(name => Array.IndexOf(largest, name)).Select(place => place < 0 ? largest.Length : place)];
        return (largest.Length < all.Length ? [.. largest, Rest] : largest, groupOf);
    }

    private static bool IsFinite(ReadOnlySpan<float> row)
    {
        foreach (float value in row)
        {
            if (!float.IsFinite(value))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>An item in the map.</summary>
    /// <param name="Label">Its name.</param>
    /// <param name="Popularity">How popular it is.</param>
    /// <param name="GroupName">The name of its own group, shown or not.</param>
    /// <param name="Group">The place of its group among those shown.</param>
    /// <param name="X">In the plane.</param>
    /// <param name="Y">In the plane.</param>
    internal readonly record struct Point(string Label, long Popularity, string GroupName, int Group, double X, double Y);
}
