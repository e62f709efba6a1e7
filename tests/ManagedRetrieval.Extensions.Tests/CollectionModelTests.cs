using System.Linq.Expressions;
using ManagedRetrieval.Extensions.Storage;
using ManagedRetrieval.TestKit;
using Microsoft.Extensions.VectorData;

namespace ManagedRetrieval.Extensions.Tests;

/// <summary>Random sequences of operations on a collection and on a plain list.</summary>
public class CollectionModelTests
{
    [Fact]
    public void A_collection_answers_as_a_list_of_its_records_does() => RandomCases.Check(draw => Wait.For(RunAsync(draw, draw.Size, longestBatch: 5, names: draw.Between(1, 20))), cases: 200, size: 60);

    [Fact]
    public void A_collection_answers_as_a_list_does_while_it_is_compacted_and_after()
    {
        int compacted = 0;
        RandomCases.Check(draw => compacted += Wait.For(RunAsync(draw, draw.Size + 4, longestBatch: 1500, names: 3000)) ? 1 : 0, cases: 4, size: 8);
        Assert.NotEqual(0, compacted);
    }

    /// <summary>Whether there was a compaction; all of them have ended well.</summary>
    private static async Task<bool> RunAsync(Draw draw, int steps, int longestBatch, int names)
    {
        using var store = new ManagedRetrievalVectorStore(new() { CompactAt = 0.1 });
        using var collection = store.GetCollection<int, Item>("items");
        await collection.EnsureCollectionExistsAsync();
        List<Item> model = [];
        for (int step = 0; step < steps; step++)
        {
            int batch = draw.Between(0, longestBatch);
            if (draw.Below(3) > 0)
            {
                Item[] items = [.. draw.Ids(batch, names).Select(id => Items.Random(draw, id))];
                await (batch == 1 ? collection.UpsertAsync(items[0]) : collection.UpsertAsync(items));
                foreach (Item item in items)
                {
                    model.RemoveAll(other => other.Id == item.Id);
                    model.Add(item);
                }
            }
            else
            {
                int[] keys = draw.Ids(batch, names);
                await (batch == 1 ? collection.DeleteAsync(keys[0]) : collection.DeleteAsync(keys));
                model.RemoveAll(item => keys.Contains(item.Id));
            }

            await CheckAsync(draw, collection, model, names);
        }

        CollectionStorage storage = store.Find("items")!;
        if (storage.IndexOf(storage.Schema.Vectors[0]).Compaction is not { } compaction)
        {
            return false;
        }

        await compaction;
        await CheckAsync(draw, collection, model, names);
        return true;
    }

    private static async Task CheckAsync(Draw draw, VectorStoreCollection<int, Item> collection, List<Item> model, int names)
    {
        int year = draw.Between(1998, 2003), skip = draw.Below(4), top = draw.OneOf(1, 3, 5000);
        Expression<Func<Item, bool>>? filter = draw.Bool() ? item => item.Year == year || item.IsNew : null;
        Func<Item, bool>? compiled = filter?.Compile();
        float[] query = [draw.Between(-2, 2), draw.Between(-2, 2), draw.Between(-2, 2)];
        double? threshold = draw.Bool() ? draw.Between(-3, 3) : null;
        (int, double)[] expected =
        [
            .. model.Where(item => item.Vector is not null && compiled?.Invoke(item) is not false)
                .Select(item => (item.Id, Score: Score(query, item)))
                .Where(found => threshold is null || found.Score >= threshold)
                .OrderByDescending(found => found.Score)
                .Skip(skip).Take(top),
        ];
        var found = await collection.SearchAsync(query, top, new() { Filter = filter, Skip = skip, ScoreThreshold = threshold }).ToListAsync();
        Assert.Equal(expected, found.Select(result => (result.Record.Id, result.Score!.Value)));

        int[] keys = draw.Ids(3, names);
        Assert.Equal(keys.Where(key => model.Exists(item => item.Id == key)), (await collection.GetAsync(keys).ToListAsync()).Select(item => item.Id));
        Assert.Equal(model.SingleOrDefault(item => item.Id == keys[0])?.Title, (await collection.GetAsync(keys[0]))?.Title);
        int[] ordered = [.. model.Where(item => item.Year >= year).OrderByDescending(item => item.Year).ThenBy(item => item.Title, StringComparer.Ordinal).Skip(skip).Take(top).Select(item => item.Id)];
        var page = collection.GetAsync(item => item.Year >= year, top, new() { Skip = skip, OrderBy = order => order.Descending(item => item.Year).Ascending(item => item.Title) });
        Assert.Equal(ordered, (await page.ToListAsync()).Select(item => item.Id));
    }

    private static double Score(float[] query, Item item)
    {
        double score = 0;
        for (int d = 0; d < query.Length; d++)
        {
            score += (double)query[d] * item.Vector!.Value.Span[d];
        }

        return score;
    }
}
