using ManagedRetrieval.Cli.Reports;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Cli.Tests.Reports;

public class ItemMapTests
{
    [Fact]
    public void The_most_popular_are_shown_and_earlier_rows_before_later_ones_of_the_same_popularity()
    {
        ItemEmbeddings items = Items(3000, row => row % 1500, _ => "");
        ItemMap map = ItemMap.Of(items);
        int[] expected = [.. Enumerable.Range(0, 3000).OrderBy(row => -(row % 1500)).ThenBy(row => row).Take(2000)];
        Assert.Equal(expected.Select(row => $"item {row}"), map.Points.Select(point => point.Label));
        Assert.Equal([""], map.Groups);
    }

    [Fact]
    public void Seven_groups_have_colours_and_small_ones_and_nameless_ones_share_the_last()
    {
        // Group g has 20 − g items; the nameless are most of all.
        string[] groups = [.. Enumerable.Range(0, 10).SelectMany(g => Enumerable.Repeat($"g{g}", 20 - g)), .. Enumerable.Repeat("", 50)];
        ItemMap map = ItemMap.Of(Items(groups.Length, _ => 1, row => groups[row]));
        Assert.Equal(["g0", "g1", "g2", "g3", "g4", "g5", "g6", ItemMap.Rest], map.Groups);
        Assert.All(map.Points, point => Assert.Equal(Math.Max(0, point.GroupName.Length == 0 ? 7 : Math.Min(7, point.GroupName[1] - '0')), point.Group));
    }

    [Fact]
    public void Items_whose_embedding_is_not_finite_are_left_out()
    {
        ItemEmbeddings items = Items(6, row => row, _ => "");
        items.Embeddings.Row(5)[1] = float.NaN;
        items.Embeddings.Row(2)[0] = float.PositiveInfinity;
        Assert.True(ItemMap.IsPossible(items));
        Assert.Equal(["item 4", "item 3", "item 1", "item 0"], ItemMap.Of(items).Points.Select(point => point.Label));
        items.Embeddings.Row(0)[0] = items.Embeddings.Row(1)[0] = float.NaN;
        Assert.False(ItemMap.IsPossible(items));
    }

    [Fact]
    public void Entries_that_are_not_one_for_each_item_are_refused()
    {
        var embeddings = new Tensor<float>(new Shape(3, 2));
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => new ItemEmbeddings(embeddings, ["a", "b"], [1, 2, 3]));
        Assert.Contains("labels has 2 entries; expected 3", refusal.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new ItemEmbeddings(embeddings, ["a", "b", "c"], [1]));
        Assert.Throws<ArgumentException>(() => new ItemEmbeddings(embeddings, ["a", "b", "c"], [1, 2, 3], ["x"]));
        Assert.Throws<ArgumentException>(() => new ItemEmbeddings(new Tensor<float>(new Shape(3)), ["a", "b", "c"], [1, 2, 3]));
        Assert.Throws<ArgumentException>(() => new ItemEmbeddings(default, [], []));
    }

    private static ItemEmbeddings Items(int count, Func<int, long> popularity, Func<int, string> group)
    {
        var draw = new Draw(4, 10);
        var embeddings = new Tensor<float>(new Shape(count, 3));
        foreach (ref float value in embeddings.Span)
        {
            value = (float)draw.Value(Domain.Any);
        }

        int[] rows = [.. Enumerable.Range(0, count)];
        return new(embeddings, [.. rows.Select(row => $"item {row}")], [.. rows.Select(popularity)], [.. rows.Select(group)]);
    }
}
