using ManagedRetrieval.TestKit;
using Microsoft.Extensions.VectorData;

namespace ManagedRetrieval.Extensions.Tests;

public sealed class SchemaTests : IDisposable
{
    private readonly ManagedRetrievalVectorStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Typed_and_dynamic_views_share_the_records_whatever_the_order_of_their_properties()
    {
        var typed = _store.GetCollection<int, Item>("items");
        await typed.EnsureCollectionExistsAsync();
        await typed.UpsertAsync(new Item { Id = 5, Title = "five", Year = 2005, Tags = ["x"], Sizes = [1, 2], Vector = (float[])[1, 0, 0] });
        var dynamic = _store.GetDynamicCollection("items", ItemDefinition());
        Dictionary<string, object?> record = (await dynamic.GetAsync(5, new() { IncludeVectors = true }))!;
        Assert.Equal(("five", 2005), (record["Name"], record["Year"]));
        Assert.Equal([1, 2], Assert.IsType<int[]>(record["Sizes"]));
        Assert.Equal([1f, 0, 0], Assert.IsType<float[]>(record["Vector"]));
        Assert.False((await dynamic.GetAsync(5))!.ContainsKey("Vector"));
        record["Year"] = 2006;
        record["Tags"] = new List<string> { "y" };
        await dynamic.UpsertAsync(record);
        Item item = (await typed.GetAsync(5))!;
        Assert.Equal((2006, "y"), (item.Year, item.Tags!.Single()));
        Assert.Equal(5, (await dynamic.GetAsync(r => (int)r["Year"]! > 2005 && (string?)r["Name"] == "five" && ((string[])r["Tags"]!).Contains("y"), 1).SingleAsync())["Id"]);
        Assert.Equal(5, (await dynamic.SearchAsync(new float[] { 1, 0, 0 }, 1, new() { Filter = r => (int)r["Year"]! == 2006 }).SingleAsync()).Record["Id"]);
        await dynamic.DeleteAsync(5);
        Assert.Null(await typed.GetAsync(5));
    }

    [Fact]
    public async Task A_view_with_other_properties_than_the_collection_has_is_refused()
    {
        await _store.GetCollection<int, Item>("items").EnsureCollectionExistsAsync();
        VectorStoreCollectionDefinition definition = ItemDefinition();
        definition.Properties.Remove(definition.Properties.Single(property => property.Name == "Year"));
        definition.Properties.Add(new VectorStoreDataProperty("Year", typeof(string)));
        var view = _store.GetDynamicCollection("items", definition);
        VectorStoreException failure = await Assert.ThrowsAsync<VectorStoreException>(() => view.EnsureCollectionExistsAsync());
        Assert.Contains("Year: int32", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Year: string?", failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<VectorStoreException>(() => view.GetAsync(1));
    }

    [Fact]
    public async Task A_value_of_a_dictionary_has_to_be_of_its_property_s_type()
    {
        var view = _store.GetDynamicCollection("items", ItemDefinition());
        await view.EnsureCollectionExistsAsync();
        Dictionary<string, object?> Record() => new() { ["Id"] = 1, ["Year"] = 1, ["Rating"] = 1.0, ["IsNew"] = true, ["Added"] = DateTime.UnixEpoch };
        await view.UpsertAsync(Record());
        (string Name, object? Value, string Word)[] wrong = [("Year", 1L, "Int64"), ("Year", null, "null"), ("Id", "1", "String"), ("Id", null, "null"), ("Tags", "x", "String[]"), ("Vector", "x", "String")];
        foreach ((string name, object? value, string word) in wrong)
        {
            Dictionary<string, object?> record = Record();
            record[name] = value;
            ArgumentException failure = await Assert.ThrowsAsync<ArgumentException>(() => view.UpsertAsync([Record(), Record(), record]));
            Assert.Contains(word, failure.Message, StringComparison.Ordinal);
            Assert.Contains($"'{name}'", failure.Message.Replace("The vector of", "'Vector' of", StringComparison.Ordinal), StringComparison.Ordinal);
            Assert.Contains("record 2", failure.Message, StringComparison.OrdinalIgnoreCase);
        }

        await Assert.ThrowsAsync<ArgumentException>(() => view.GetAsync("1"));
        Assert.Throws<ArgumentException>(() => view.GetAsync([1, "1"]));
        Assert.Throws<ArgumentNullException>(() => view.GetAsync((IEnumerable<object>)null!));
        await Assert.ThrowsAsync<ArgumentException>(() => view.DeleteAsync([1L]));
        await Assert.ThrowsAsync<NotSupportedException>(async () => await view.GetAsync(r => (long)r["Year"]! == 1, 1).ToListAsync());
        await Assert.ThrowsAsync<NotSupportedException>(async () => await view.GetAsync(r => true, 1, new() { OrderBy = order => order.Ascending(r => r["Tags"]) }).ToListAsync());
    }

    [Fact]
    public async Task What_a_dictionary_holds_besides_the_definition_s_properties_is_not_stored()
    {
        var view = _store.GetDynamicCollection("named", With(new VectorStoreDataProperty("Name", typeof(string))));
        await view.EnsureCollectionExistsAsync();
        Dictionary<string, object?> record = new() { ["Id"] = 1, ["Name"] = "a", ["name"] = "b", ["Uri"] = new Uri("http://localhost") };
        await view.UpsertAsync(record);
        Dictionary<string, object?> stored = (await view.GetAsync(1))!;
        Assert.Equal(["Id", "Name"], stored.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("a", stored["Name"]);
        Assert.Equal(4, record.Count);
    }

    [Fact]
    public async Task Keys_are_int_long_string_or_Guid_and_an_empty_Guid_is_given_a_value()
    {
        await RoundTripAsync(7L, 8L);
        await RoundTripAsync("seven", "eight");
        await RoundTripAsync(Guid.NewGuid(), Guid.NewGuid());
        var collection = _store.GetCollection<Guid, Keyed<Guid>>("generated");
        await collection.EnsureCollectionExistsAsync();
        Keyed<Guid>[] records = [new(), new()];
        await collection.UpsertAsync(records);
        Assert.NotEqual(Guid.Empty, records[0].Key);
        Assert.NotEqual(records[0].Key, records[1].Key);
        Assert.NotNull(await collection.GetAsync(records[1].Key));
        Refusal.Of<NotSupportedException>(() => _store.GetCollection<double, Keyed<double>>("x"), "Double", "Guid");
        Refusal.Of<ArgumentException>(() => _store.GetCollection<string, Keyed<long>>("x"), "Int64", "String");
    }

    [Fact]
    public async Task A_batch_that_is_refused_gives_no_record_a_key()
    {
        var collection = _store.GetDynamicCollection("generated", new()
        {
            Properties =
            [
                new VectorStoreKeyProperty("Key", typeof(Guid)),
                new VectorStoreDataProperty("Year", typeof(int)),
                new VectorStoreVectorProperty("Vector", typeof(float[]), 1) { IndexKind = IndexKind.IvfFlat },
            ],
        });
        await collection.EnsureCollectionExistsAsync();
        Dictionary<string, object?> first = new() { ["Year"] = 1, ["Vector"] = new float[] { 1 } };
        Dictionary<string, object?>[] wrong = [new() { ["Year"] = 1L }, new() { ["Year"] = 1, ["Vector"] = new float[] { 1e20f } }, new() { ["Year"] = 1, ["Key"] = "x" }];
        foreach (Dictionary<string, object?> record in wrong)
        {
            await Assert.ThrowsAsync<ArgumentException>(() => collection.UpsertAsync([first, record]));
            Assert.DoesNotContain("Key", first.Keys);
        }

        Dictionary<string, object?> other = new() { ["Year"] = 2 };
        await collection.UpsertAsync([first, other, first]);
        Assert.NotEqual(first["Key"], other["Key"]);
        Assert.Equal([2, 1], (await collection.GetAsync(record => true, 9).ToListAsync()).Select(record => record["Year"]));
        Assert.Equal(1, (await collection.GetAsync(first["Key"]!))!["Year"]);
    }

    [Fact]
    public async Task A_definition_goes_before_attributes_and_describes_classes_without_them()
    {
        var definition = new VectorStoreCollectionDefinition
        {
            Properties =
            [
                new VectorStoreKeyProperty("Name", typeof(string)),
                new VectorStoreDataProperty("Size", typeof(int)) { StorageName = "n" },
                new VectorStoreVectorProperty("Place", typeof(float[]), 2) { DistanceFunction = DistanceFunction.CosineDistance },
            ],
        };
        var collection = _store.GetCollection<string, Plain>("plain", definition);
        await collection.EnsureCollectionExistsAsync();
        await collection.UpsertAsync([new Plain { Name = "a", Size = 3, Place = [1, 0] }, new Plain { Name = "b", Size = 4, Place = [0, 3] }]);
        VectorSearchResult<Plain> found = await collection.SearchAsync(new float[] { 0, 1 }, 1, new() { IncludeVectors = true }).SingleAsync();
        Assert.Equal(("b", 4, 0.0), (found.Record.Name, found.Record.Size, found.Score));
        Assert.Equal([0f, 3], found.Record.Place!);

        definition.Properties.Add(new VectorStoreDataProperty("Colour", typeof(string)));
        Refusal.Of<ArgumentException>(() => _store.GetCollection<string, Plain>("plain", definition), "Colour", "Plain");
    }

    [Fact]
    public void What_cannot_be_stored_is_refused_by_name()
    {
        Refusal.Of<ArgumentException>(() => _store.GetCollection<object, Dictionary<string, object?>>("x"), "GetDynamicCollection");
        Refusal.Of<NotSupportedException>(() => _store.GetDynamicCollection("x", new()), "one key", "0");
        Refusal.Of<NotSupportedException>(() => _store.GetDynamicCollection("x", With(new VectorStoreDataProperty("Uri", typeof(Uri)))), "'Uri'", "String");
        Refusal.Of<NotSupportedException>(() => _store.GetDynamicCollection("x", With(new VectorStoreVectorProperty("Text", typeof(string), 2))), "'Text'", "there is none");
        Refusal.Of<NotSupportedException>(() => _store.GetDynamicCollection("x", With(new VectorStoreKeyProperty("Other", typeof(int)))), "one key", "2");
        Refusal.Of<ArgumentException>(() => _store.GetDynamicCollection("x", With(new VectorStoreDataProperty("A", typeof(int)) { StorageName = "Id" })), "'Id'");
    }

    [Fact]
    public async Task Null_in_the_place_of_properties_or_of_an_order_is_refused_by_name()
    {
        Refusal.Of<ArgumentException>(() => _store.GetDynamicCollection("x", With(null!)), "Properties", "'definition'");
        Refusal.Of<ArgumentException>(() => _store.GetCollection<int, Item>("x", With(null!)), "Properties", "'definition'");
        var items = _store.GetCollection<int, Item>("items");
        await items.EnsureCollectionExistsAsync();
        ArgumentException failure = await Assert.ThrowsAsync<ArgumentException>(async () => await items.GetAsync(item => true, 1, new() { OrderBy = order => null! }).ToListAsync());
        Assert.Contains("OrderBy must", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_record_s_own_code_throws_comes_out_as_it_is()
    {
        var collection = _store.GetCollection<int, Failing>("failing");
        await collection.EnsureCollectionExistsAsync();
        var record = new Failing { Id = 1, Name = "get" };
        Assert.Equal("get", (await Assert.ThrowsAsync<InvalidOperationException>(() => collection.UpsertAsync(record))).Message);
        record.Name = "set";
        await collection.UpsertAsync(record);
        Assert.Equal("set", (await Assert.ThrowsAsync<InvalidOperationException>(() => collection.GetAsync(1))).Message);
    }

    [Fact]
    public void A_record_that_is_abstract_or_has_an_indexer_to_be_stored_is_refused_by_name()
    {
        Refusal.Of<ArgumentException>(() => _store.GetCollection<int, Unmade>("x"), "Unmade is abstract");
        Refusal.Of<ArgumentException>(() => _store.GetCollection<int, IDisposable>("x"), "IDisposable is abstract");
        Refusal.Of<ArgumentException>(() => _store.GetCollection<int, Indexed>("x"), "'Item' of Indexed", "indexer");
    }

    private static VectorStoreCollectionDefinition With(VectorStoreProperty property) => new() { Properties = [new VectorStoreKeyProperty("Id", typeof(int)), property] };

    private static VectorStoreCollectionDefinition ItemDefinition() => new()
    {
        Properties =
        [
            new VectorStoreVectorProperty("Vector", typeof(float[]), 3),
            new VectorStoreDataProperty("Name", typeof(string)) { StorageName = "title" },
            new VectorStoreDataProperty("Sizes", typeof(int[])),
            new VectorStoreDataProperty("Tags", typeof(List<string>)),
            new VectorStoreDataProperty("Year", typeof(int)),
            new VectorStoreDataProperty("Sold", typeof(long?)),
            new VectorStoreDataProperty("Rating", typeof(double)),
            new VectorStoreDataProperty("Weight", typeof(float?)),
            new VectorStoreDataProperty("IsNew", typeof(bool)),
            new VectorStoreDataProperty("Added", typeof(DateTime)),
            new VectorStoreKeyProperty("Id", typeof(int)),
        ],
    };

    private async Task RoundTripAsync<TKey>(TKey first, TKey second)
        where TKey : notnull
    {
        var collection = _store.GetCollection<TKey, Keyed<TKey>>(typeof(TKey).Name);
        await collection.EnsureCollectionExistsAsync();
        await collection.UpsertAsync([new Keyed<TKey> { Key = first, Vector = [1, 0] }, new Keyed<TKey> { Key = second, Vector = [0, 1] }]);
        await collection.DeleteAsync(second);
        Assert.Equal(first, (await collection.GetAsync(first))!.Key);
        Assert.Null(await collection.GetAsync(second));
        Assert.Equal(first, (await collection.SearchAsync(new float[] { 0, 1 }, 9).SingleAsync()).Record.Key);
    }

    private sealed class Keyed<TKey>
    {
        [VectorStoreKey]
        public TKey Key { get; set; } = default!;

        [VectorStoreVector(2)]
        public float[]? Vector { get; set; }
    }

    /// <summary>The getter fails where the name is get, the setter where it is set.</summary>
    private sealed class Failing
    {
        [VectorStoreKey]
        public int Id { get; set; }

        [VectorStoreData]
        public string Stored
        {
            get => Name == "get" ? throw new InvalidOperationException(Name) : Name;
            set => Name = value == "set" ? throw new InvalidOperationException(value) : value;
        }

        public string Name { get; set; } = "";
    }

    private abstract class Unmade
    {
        [VectorStoreKey]
        public int Id { get; set; }
    }

    private sealed class Indexed
    {
        private readonly Dictionary<int, string> _names = [];

        [VectorStoreKey]
        public int Id { get; set; }

        [VectorStoreData]
        public string this[int number]
        {
            get => _names[number];
            set => _names[number] = value;
        }
    }

    private sealed class Plain
    {
        public string Name { get; set; } = "";

        public int Size { get; init; }

        public float[]? Place { get; set; }
    }
}
