using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using ManagedRetrieval.TestKit;
using Microsoft.Extensions.VectorData;

namespace ManagedRetrieval.Extensions.Tests;

[SuppressMessage("Globalization", "CA1309", Justification = "Filters may be written so.")]
[SuppressMessage("Performance", "CA1862", Justification = "Filters may be written so.")]
[SuppressMessage("Performance", "CA1866", Justification = "Filters may be written so.")]
public class FilterTests
{
    private static readonly int NewMillennium = 2000;
    private static readonly int[] Years = [1999, 2001];
    private static readonly List<string?> Titles = ["red", null];
    private static readonly HashSet<string> AnyCase = new(StringComparer.OrdinalIgnoreCase) { "RED" };
    private static readonly SortedSet<int> ByParity = new(Comparer<int>.Create((a, b) => (a & 1) - (b & 1))) { 1 };
    private static readonly Dictionary<string, int> ByTitle = new(StringComparer.OrdinalIgnoreCase) { ["RED"] = 1 };
    private static readonly HashSet<long?> Sales = [null, 1];
    private static readonly Backwards AllBut = [2000];

    private int Oldest { get; } = 1999;

    [Fact]
    public void A_filter_holds_for_the_records_that_the_same_expression_compiled_by_the_runtime_holds_for()
    {
        int year = 2000;
        long? sold = 1;
        string? nothing = null;
        int? unset = null;
        List<int>? none = null;
        Item? other = null;
        double nan = double.NaN;
        DateTime day = new(2020, 1, 2, 0, 0, 0, DateTimeKind.Utc);
        Expression<Func<Item, bool>>[] filters =
        [
            r => true,
            r => r.Year == 2000,
            r => r.Year != year,
            r => r.Year < year && r.Year >= this.Oldest,
            r => r.Year > NewMillennium || r.Year <= 1998,
            r => !(r.Year == 2000) & r.IsNew,
            r => r.IsNew,
            r => !r.IsNew | r.IsNew == false,
            r => 2000 <= r.Year,
            r => year > 5 && r.Year == year + 1,
            r => unset == null || r.Year == unset!.Value,
            r => unset != null && r.Year == unset!.Value,
            r => r.Year > 0 || r.Year == unset!.Value,
            r => none == null || none!.Contains(r.Year),
            r => other == null || r.Year == other!.Year,
            r => r.Year == 2000m,
            r => r.Sold == null,
            r => r.Sold != null,
            r => r.Sold == sold,
            r => r.Sold > 0,
            r => r.Sold <= 0,
            r => r.Sold.HasValue && r.Sold.Value == 1,
            r => (r.Sold ?? 7) == 7,
            r => r.Sold < r.Year,
            r => r.Rating == 0.0,
            r => r.Rating != r.Rating,
            r => r.Rating == nan,
            r => r.Rating < 0.7,
            r => r.Rating >= 0.5,
            r => r.Rating > r.Year,
            r => r.Weight == 0.1f,
            r => r.Weight == 0.1,
            r => r.Weight < 1,
            r => r.Title == "red",
            r => r.Title != nothing,
            r => r.Title!.Contains("red"),
            r => r.Title!.Contains("RED", StringComparison.OrdinalIgnoreCase),
            r => r.Title!.StartsWith("re", StringComparison.Ordinal) || r.Title.EndsWith("AK", StringComparison.OrdinalIgnoreCase),
            r => r.Title!.StartsWith('i') || r.Title.EndsWith('d') || r.Title.Contains('I'),
            r => r.Title!.Contains('I', StringComparison.OrdinalIgnoreCase),
            r => r.Title!.Equals("Red"),
            r => r.Title!.Equals("I", StringComparison.OrdinalIgnoreCase),
            r => r.Year.Equals(2000),
            r => Years.Contains(r.Year),
            r => new[] { 1998, year }.Contains(r.Year),
            r => new List<int> { 1998, year }.Contains(r.Year),
            r => Titles.Contains(r.Title),
            r => AnyCase.Contains(r.Title!),
            r => Enumerable.Contains(AnyCase, r.Title!),
            r => ByParity.Contains(r.Year),
            r => Sales.Contains(r.Sold),
            r => r.Title != null && ByTitle.Keys.Contains(r.Title),
            r => ByTitle.Values.Contains(r.Year),
            r => ((ICollection<int>)Years).Contains(r.Year),
            r => Enumerable.Contains(AllBut, r.Year),
            r => ((ICollection<int>)AllBut).Contains(r.Year),
            r => Since(2001).Contains(r.Year),
            r => Years.ToHashSet().Contains(r.Year),
            r => Years.Where(some => some > 2000).Contains(r.Year),
            r => r.Tags != null && r.Tags.Any(tag => tag != null && AnyCase.Contains(tag)),
            r => Enumerable.Range(1999, 2).Contains(r.Year),
            r => r.Tags != null && r.Tags.Contains("red"),
            r => r.Tags != null && r.Tags.Contains(null),
            r => r.Sizes != null && r.Sizes.Contains(2),
            r => r.Tags != null && r.Tags.Any(tag => tag == "blue" || tag == r.Title),
            r => r.Tags != null && r.Tags.Any(tag => Titles.Contains(tag)),
            r => r.Sizes != null && r.Sizes.Any(size => size > 2 && size < r.Year),
            r => r.Added == day,
            r => r.Added > day.AddDays(-1),
            r => r.Id == 3 || r.Id > 7,
        ];
        RandomCases.Check(
            draw =>
            {
                Item[] items = [.. Enumerable.Range(0, draw.Length(minimum: 0)).Select(id => Items.Random(draw, id))];
                Expression<Func<Item, bool>> filter = filters[draw.Below(filters.Length)];
                int[] expected = [.. items.Where(filter.Compile()).Select(item => item.Id)];
                Assert.Equal(expected, Wait.For(KeysAsync(items, filter)));
            },
            cases: 1500);
    }

    [Fact]
    public async Task What_a_filter_cannot_hold_is_named()
    {
        VectorStoreCollection<int, Item> collection = await Items.CollectionAsync(Items.With(1, 1, 0, 0));
        Expression<Func<Item, bool>>[] filters =
        [
            r => r.Year * 2 > 5,
            r => r.Title!.StartsWith("r"),
            r => r.Title!.ToUpperInvariant() == "R",
            r => r.Title!.Length > 2,
            r => (int)r.Rating == 1,
            r => r.Tags!.Length > 1,
            r => string.IsNullOrEmpty(r.Title),
            r => r.Vector != null,
            r => new[] { "red" }.Any(word => word == r.Title),
            r => new Words().Contains(r.Title!),
            r => Words.Contains(Titles, r.Title),
            r => new Backwards().Contains(r.Year),
            r => new Words().Equals(r.Title!),
        ];
        string[] named = ["(r.Year * 2)", "StringComparison", "ToUpperInvariant", "r.Title.Length", "Convert(r.Rating", "ArrayLength", "IsNullOrEmpty", "vector property 'Vector'", "(NewArrayInit)",
            "new Words().Contains(r.Title)", "Contains(FilterTests.Titles", "new Backwards()", "new Words().Equals"];
        for (int i = 0; i < filters.Length; i++)
        {
            NotSupportedException searched = await Assert.ThrowsAsync<NotSupportedException>(() => Items.FindAsync(collection, [1, 0, 0], 1, new() { Filter = filters[i] }));
            NotSupportedException got = await Assert.ThrowsAsync<NotSupportedException>(async () => await collection.GetAsync(filters[i], 1).ToListAsync());
            Assert.Contains(named[i], searched.Message, StringComparison.Ordinal);
            Assert.Equal(searched.Message, got.Message);
        }
    }

    [Fact]
    public async Task A_property_that_is_not_stored_is_named()
    {
        VectorStoreCollection<int, Item> collection = await Items.CollectionAsync();
        InvalidOperationException failure = await Assert.ThrowsAsync<InvalidOperationException>(() => Items.FindAsync(collection, [1, 0, 0], 1, new() { Filter = r => r.NotStored == "" }));
        Assert.Contains("'NotStored'", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<int[]> KeysAsync(Item[] items, Expression<Func<Item, bool>> filter)
    {
        VectorStoreCollection<int, Item> collection = await Items.CollectionAsync(items);
        return [.. (await collection.GetAsync(filter, int.MaxValue).ToListAsync()).Select(item => item.Id)];
    }

    private static IEnumerable<int> Since(int year)
    {
        for (; year < 2003; year++)
        {
            yield return year;
        }
    }

    /// <summary>Contains what a list does not.</summary>
    private sealed class Backwards : List<int>, ICollection<int>
    {
        public new bool Contains(int item) => !base.Contains(item);
    }

    /// <summary>Means by its methods what others do not.</summary>
    private sealed class Words
    {
        private readonly int _length = 3;

        public bool Contains(string text) => text.Length > _length;

        public bool Equals(string text) => text.Length > _length;

        public static bool Contains(List<string?> texts, string? text) => !texts.Contains(text);
    }
}
