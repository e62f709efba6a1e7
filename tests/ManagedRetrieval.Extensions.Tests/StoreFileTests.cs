using ManagedRetrieval.Persistence;
using ManagedRetrieval.TestKit;
using Microsoft.Extensions.VectorData;

namespace ManagedRetrieval.Extensions.Tests;

public sealed class StoreFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("store-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_store_that_was_saved_and_loaded_answers_as_it_did() => RandomCases.Check(
        draw => Wait.For(RoundTripAsync(draw)),
        cases: 40);

    [Fact]
    public async Task Every_type_of_property_keeps_its_values_to_the_bit()
    {
        using var store = new ManagedRetrievalVectorStore();
        var collection = store.GetDynamicCollection("all", Everything());
        await collection.EnsureCollectionExistsAsync();
        Dictionary<string, object?> record = new()
        {
            ["Key"] = Guid.NewGuid(),
            ["Bool"] = true,
            ["Byte"] = (byte)255,
            ["Short"] = short.MinValue,
            ["Long"] = long.MaxValue,
            ["Float"] = -0.0f,
            ["Double"] = BitConverter.Int64BitsToDouble(1),
            ["Decimal"] = 1.10m,
            ["Text"] = "I \u0131 \"\n\0",
            ["Local"] = new DateTime(637134336000000001, DateTimeKind.Unspecified),
            ["Utc"] = DateTime.UtcNow,
            ["Offset"] = new DateTimeOffset(2020, 5, 6, 7, 8, 9, TimeSpan.FromMinutes(-330)).AddTicks(1),
            ["Date"] = DateOnly.MaxValue,
            ["Time"] = TimeOnly.MaxValue,
            ["Doubles"] = new double[] { double.NaN, double.NegativeInfinity, 0.1 },
            ["Texts"] = new string?[] { null, "", "x" },
            ["None"] = null,
            ["Vector"] = new float[] { float.Epsilon, -0.0f },
        };
        await collection.UpsertAsync(record);
        Dictionary<string, object?> back = (await (await SavedAsync(store)).GetDynamicCollection("all", Everything()).GetAsync(record["Key"]!, new() { IncludeVectors = true }))!;
        Assert.Equal(record.Keys.Order(StringComparer.Ordinal), back.Keys.Order(StringComparer.Ordinal));
        Assert.All(record, pair => Assert.Equal(pair.Value, back[pair.Key]));
        Assert.True(float.IsNegative((float)back["Float"]!));
        Assert.Equal(1.10m.ToString(System.Globalization.CultureInfo.InvariantCulture), ((decimal)back["Decimal"]!).ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(DateTimeKind.Utc, ((DateTime)back["Utc"]!).Kind);
        Assert.Equal(((DateTimeOffset)record["Offset"]!).Offset, ((DateTimeOffset)back["Offset"]!).Offset);
    }

    [Fact]
    public async Task A_file_that_is_damaged_or_foreign_is_refused_by_name()
    {
        string path = Path.Combine(_folder, "store.safetensors");
        using var store = new ManagedRetrievalVectorStore();
        var collection = store.GetCollection<int, Item>("items");
        await collection.EnsureCollectionExistsAsync();
        await collection.UpsertAsync([Items.With(1, 1, 0, 0), Items.With(2, 0, 1, 0)]);
        await store.SaveAsync(path);
        byte[] bytes = await File.ReadAllBytesAsync(path);
        for (int at = 0; at < bytes.Length; at += 7)
        {
            byte[] damaged = [.. bytes];
            damaged[at] ^= 4;
            await File.WriteAllBytesAsync(path, damaged);
            SnapshotFormatException failure = await Assert.ThrowsAsync<SnapshotFormatException>(() => ManagedRetrievalVectorStore.LoadAsync(path));
            Assert.Contains("store.safetensors", failure.Message, StringComparison.Ordinal);
        }

        const string Schema = """{"format_version":1,"collections":[{"name":"items","key":{"name":"Id","type":"int32"},"data":[],"vectors":[{"name":"V","dimensions":2,"distance":"DotProductSimilarity","index":"Flat"}]}]}""";
        (string Schema, string[] Records, int[] Rows, string Word)[] wrong =
        [
            ("{}", [], [], "format_version"),
            ("[", [], [], ""),
            (Schema.Replace(":1,", ":2,", StringComparison.Ordinal), [], [], "expected 1"),
            (Schema.Replace("int32", "int33", StringComparison.Ordinal), [], [], "int33"),
            (Schema.Replace("Flat", "Hnsw", StringComparison.Ordinal), [], [], "Hnsw"),
            (Schema, ["[\"1\",\"2\"]"], [0], "2 values"),
            (Schema, ["[\"x\"]"], [0], "'x'"),
            (Schema, ["[null]"], [0], "Null"),
            (Schema, ["[\"99999999999\"]"], [0], "Int32"),
            (Schema, ["[\"1\"]", "[\"1\"]"], [0], "1"),
            (Schema, ["[\"1\"]"], [1], "record 1"),
            (Schema, ["[\"1\"]"], [0, 0], "2"),
        ];
        foreach ((string schema, string[] records, int[] rows, string word) in wrong)
        {
            var writer = new SafetensorsWriter();
            writer.AddMetadata("managed_retrieval_store", schema);
            writer.AddStrings("0.records", records);
            writer.AddCopy("0.rows.0", rows, rows.Length);
            writer.AddCopy("0.vectors.0", new float[] { 1, 2 }, 1, 2);
            await writer.WriteAsync(path);
            SnapshotFormatException failure = await Assert.ThrowsAsync<SnapshotFormatException>(() => ManagedRetrievalVectorStore.LoadAsync(path));
            Assert.Contains("store.safetensors", failure.Message, StringComparison.Ordinal);
            Assert.Contains(word, failure.Message, StringComparison.Ordinal);
        }

        var other = new SafetensorsWriter();
        await other.WriteAsync(path);
        await Assert.ThrowsAsync<SnapshotFormatException>(() => ManagedRetrievalVectorStore.LoadAsync(path));
        await Assert.ThrowsAnyAsync<IOException>(() => ManagedRetrievalVectorStore.LoadAsync(Path.Combine(_folder, "none")));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.SaveAsync(path, new CancellationToken(canceled: true)));
    }

    [Theory]
    [InlineData("Id")]
    [InlineData("Title")]
    [InlineData("Tags")]
    public async Task A_text_with_half_a_surrogate_pair_is_not_saved_as_another_and_its_record_and_property_are_named(string property)
    {
        string path = Path.Combine(_folder, "store");
        await File.WriteAllTextAsync(path, "as it was");
        using var store = new ManagedRetrievalVectorStore();
        var collection = store.GetDynamicCollection("texts", Texts());
        await collection.EnsureCollectionExistsAsync();
        await collection.UpsertAsync(new Dictionary<string, object?> { ["Id"] = "\ud83c\udf52", ["Title"] = "a\ud83c\udf52b", ["Tags"] = new List<string> { "\udbff\udfff", null! } });
        foreach (string half in (string[])["\ud83c", "\udf52", "x\ud83cy", "\ud83c\udf52\ud83c", "\udf52\ud83c"])
        {
            string key = property == "Id" ? "8" + half : "8";
            Dictionary<string, object?> record = new() { ["Id"] = key, ["Title"] = "t", ["Tags"] = new List<string> { "x" } };
            record[property] = property == "Id" ? key : property == "Title" ? half : new List<string> { "x", null!, half };
            await collection.UpsertAsync(record);
            ArgumentException failure = await Assert.ThrowsAsync<ArgumentException>(() => store.SaveAsync(path));
            Assert.Contains("'8", failure.Message, StringComparison.Ordinal);
            Assert.Contains($"'{property}'", failure.Message, StringComparison.Ordinal);
            Assert.Equal("as it was", await File.ReadAllTextAsync(path));
            await collection.DeleteAsync(key);
        }

        Assert.Equal("a\ud83c\udf52b", (await (await SavedAsync(store)).GetDynamicCollection("texts", Texts()).GetAsync("\ud83c\udf52"))!["Title"]);
        await store.GetDynamicCollection("half \ud83c", Texts()).EnsureCollectionExistsAsync();
        ArgumentException name = await Assert.ThrowsAsync<ArgumentException>(() => store.SaveAsync(path));
        Assert.Contains("'half ", name.Message, StringComparison.Ordinal);
    }

    private static VectorStoreCollectionDefinition Texts() => new()
    {
        Properties =
        [
            new VectorStoreKeyProperty("Id", typeof(string)),
            new VectorStoreDataProperty("Title", typeof(string)) { StorageName = "t" },
            new VectorStoreDataProperty("Tags", typeof(List<string>)),
        ],
    };

    private static VectorStoreCollectionDefinition Everything() => new()
    {
        Properties =
        [
            new VectorStoreKeyProperty("Key", typeof(Guid)),
            new VectorStoreDataProperty("Bool", typeof(bool)),
            new VectorStoreDataProperty("Byte", typeof(byte)),
            new VectorStoreDataProperty("Short", typeof(short?)),
            new VectorStoreDataProperty("Long", typeof(long)),
            new VectorStoreDataProperty("Float", typeof(float)),
            new VectorStoreDataProperty("Double", typeof(double)),
            new VectorStoreDataProperty("Decimal", typeof(decimal)),
            new VectorStoreDataProperty("Text", typeof(string)),
            new VectorStoreDataProperty("Local", typeof(DateTime)),
            new VectorStoreDataProperty("Utc", typeof(DateTime?)),
            new VectorStoreDataProperty("Offset", typeof(DateTimeOffset)),
            new VectorStoreDataProperty("Date", typeof(DateOnly)),
            new VectorStoreDataProperty("Time", typeof(TimeOnly)),
            new VectorStoreDataProperty("Doubles", typeof(double[])),
            new VectorStoreDataProperty("Texts", typeof(string[])),
            new VectorStoreDataProperty("None", typeof(int?)),
            new VectorStoreVectorProperty("Vector", typeof(float[]), 2),
        ],
    };

    private async Task RoundTripAsync(Draw draw)
    {
        using var store = new ManagedRetrievalVectorStore();
        foreach (string name in (string[])["items", "Items", "empty"])
        {
            var collection = store.GetCollection<int, Item>(name);
            await collection.EnsureCollectionExistsAsync();
            await collection.UpsertAsync(draw.Ids(name == "empty" ? 0 : draw.Length(minimum: 0), 20).Select(id => Items.Random(draw, id)));
        }

        using ManagedRetrievalVectorStore loaded = await SavedAsync(store);
        Assert.Equal(["Items", "empty", "items"], await loaded.ListCollectionNamesAsync().ToListAsync());
        await foreach (string name in store.ListCollectionNamesAsync())
        {
            var before = store.GetCollection<int, Item>(name);
            var after = loaded.GetCollection<int, Item>(name);
            Assert.Equal(await TextsAsync(before), await TextsAsync(after));
            Assert.Equal(await Items.FindAsync(before, [1, 2, -1], 99), await Items.FindAsync(after, [1, 2, -1], 99));
            await after.UpsertAsync(Items.With(1000, 9, 9, -9));
            Assert.Equal(1000, (await Items.FindAsync(after, [1, 2, -1], 1)).Single());
        }

        byte[] saved = await File.ReadAllBytesAsync(Path.Combine(_folder, "store"));
        await store.SaveAsync(Path.Combine(_folder, "again"));
        Assert.Equal(saved, await File.ReadAllBytesAsync(Path.Combine(_folder, "again")));
    }

    private static async Task<string[]> TextsAsync(VectorStoreCollection<int, Item> collection) =>
    [
        .. (await collection.GetAsync(item => true, int.MaxValue, new() { IncludeVectors = true }).ToListAsync()).Select(item => System.Text.Json.JsonSerializer.Serialize(
            new
            {
                item.Id,
                item.Title,
                item.Year,
                item.Sold,
                Rating = BitConverter.DoubleToInt64Bits(item.Rating),
                Weight = item.Weight is { } weight ? BitConverter.SingleToInt32Bits(weight) : (int?)null,
                item.IsNew,
                item.Added,
                item.Tags,
                item.Sizes,
                Vector = item.Vector?.ToArray(),
            })),
    ];

    private async Task<ManagedRetrievalVectorStore> SavedAsync(ManagedRetrievalVectorStore store)
    {
        string path = Path.Combine(_folder, "store");
        await store.SaveAsync(path);
        return await ManagedRetrievalVectorStore.LoadAsync(path);
    }
}
