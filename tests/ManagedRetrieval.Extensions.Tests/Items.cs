using ManagedRetrieval.TestKit;
using Microsoft.Extensions.VectorData;

namespace ManagedRetrieval.Extensions.Tests;

/// <summary>Random records, and what is often done with them.</summary>
internal static class Items
{
    private static readonly string[] Words = ["red", "Red", "", "ırmak", "i", "I", "blue red"];

    /// <summary>Whole numbers in the vector, so that scores are exact and often equal.</summary>
    public static Item Random(Draw draw, int id) => new()
    {
        Id = id,
        Title = draw.OneOf(Words),
        Year = draw.Between(1998, 2003),
        Sold = draw.Bool() ? draw.Between(-2, 2) : null,
        Rating = draw.OneOf(0, 0.5, -0.0, 1, double.NaN, double.PositiveInfinity),
        Weight = draw.OneOf<float?>(null, 0.5f, 0.1f, float.NaN),
        IsNew = draw.Bool(),
        Added = new DateTime(2020, 1, draw.Between(1, 3), 0, 0, 0, draw.OneOf(DateTimeKind.Utc, DateTimeKind.Unspecified)),
        Tags = draw.OneOf<string[]?>(null, [], ["red"], ["blue", "red"], ["i", null!]),
        Sizes = draw.OneOf<List<int>?>(null, [], [1, 2], [3]),
        Vector = draw.Below(8) == 0 ? default(ReadOnlyMemory<float>?) : new ReadOnlyMemory<float>([draw.Between(-2, 2), draw.Between(-2, 2), draw.Between(-2, 2)]),
    };

    public static Item With(int id, params float[] vector) => new() { Id = id, Title = $"item {id}", Vector = vector };

    /// <summary>A collection that exists, with these records.</summary>
    public static async Task<VectorStoreCollection<int, Item>> CollectionAsync(params IEnumerable<Item> items)
    {
        var collection = new ManagedRetrievalVectorStore().GetCollection<int, Item>("items");
        await collection.EnsureCollectionExistsAsync();
        await collection.UpsertAsync(items);
        return collection;
    }

    /// <summary>The keys of what a search finds, best first.</summary>
    public static async Task<int[]> FindAsync(VectorStoreCollection<int, Item> collection, float[] vector, int top, VectorSearchOptions<Item>? options = null) =>
        [.. (await collection.SearchAsync(vector, top, options).ToListAsync()).Select(found => found.Record.Id)];
}
