using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Tests.Features;

public sealed class TextFeatureTests
{
    private const string Mixed = "Am\u00E9lie 日本語 😀 𝐀𝐁 𐐀𐐁𐐂x";

    [Property(Arbitrary = [typeof(TextFeatureTests)], MaxTest = 1000)]
    public void It_gives_what_the_naive_reference_gives(Sample text, TextFeatureOptions options)
    {
        var rows = new RaggedIds();
        new TextFeature(options).Encode(text.Text, rows);

        Assert.Equal(1, rows.Count);
        Assert.Equal(TextFeatureReference.Encode(text.Text, options), rows[0].ToArray());
    }

    [Property]
    public void Any_code_units_give_what_the_naive_reference_gives(char[] units)
    {
        string text = new(units);
        Assert.Equal(TextFeatureReference.Encode(text, new TextFeatureOptions()), Encode(text));
    }

    [Fact]
    public void Every_code_unit_gives_what_the_naive_reference_gives()
    {
        var options = new TextFeatureOptions();
        for (int unit = 0; unit <= char.MaxValue; unit++)
        {
            string text = $"aB{(char)unit}Cd";
            Assert.Equal(TextFeatureReference.Encode(text, options), Encode(text));
        }
    }

    // Computed outside .NET from the definition.
    [Theory]
    [InlineData("Toy Story (1995)", new[] { 18014, 41165, 54714, 36629, 15307, 48479, 93634, 81067, 58373, 21017, 38154, 96914, 46651, 36605 })]
    [InlineData("a", new[] { 55353, 66715 })]
    [InlineData("Schindler\u2019s List", new[] { 45513, 76667, 113127, 26824, 17824, 56802, 11544, 76295, 20609, 92532, 39782, 10474, 8198, 92043, 128055, 27316, 13933 })]
    [InlineData("\u0130STANBUL \u0131Ii\u0130", new[] { 3975, 63596, 74791, 2369, 118293, 1352, 118378, 108000, 40896, 16433, 50650, 74245, 46945 })]
    [InlineData(Mixed, new[] { 80754, 93657, 119177, 36941, 125820, 126564, 66615, 101379, 60879, 45912, 69900, 127859, 79460, 85434, 44827, 60075, 97254, 127352 })]
    public void Texts_have_their_pinned_ids_under_every_culture(string text, int[] expected)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            foreach (string culture in (string[])["", "tr-TR", "az-Latn-AZ", "lt-LT"])
            {
                CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
                Assert.Equal(expected, Encode(text));
            }
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Options_have_their_pinned_effect()
    {
        var options = new TextFeatureOptions { Buckets = 100, Seed = 9, MinimumCharacterNGram = 2, MaximumCharacterNGram = 3 };

        Assert.Equal([22, 25, 84, 22, 29, 13, 81, 47, 90, 55, 10, 95, 84, 42, 11, 29, 93, 64, 93, 82, 94], Encode("Toy Story", options));
    }

    [Fact]
    public void A_word_and_the_same_n_gram_are_different_features()
    {
        var words = new TextFeatureOptions { WordPairs = false, MinimumCharacterNGram = 0, MaximumCharacterNGram = 0 };
        var grams = new TextFeatureOptions { WordPairs = false, Words = false };

        Assert.DoesNotContain(Encode("list", words)[0], Encode("alistb", grams));
    }

    [Fact]
    public void Another_seed_gives_other_ids() =>
        Assert.Empty(Encode("toy story").Intersect(Encode("toy story", new TextFeatureOptions { Seed = 1 })));

    [Theory]
    [InlineData("")]
    [InlineData(" \t?!…")]
    [InlineData("🎬 🍿")]
    [InlineData("\uD83C")]
    public void Text_without_a_word_gives_an_empty_row(string text) => Assert.Empty(Encode(text));

    [Fact]
    public void Duplicates_are_kept() => Assert.Equal(3, Encode("no no no").GroupBy(id => id).Max(group => group.Count()));

    [Fact]
    public void Several_threads_encode_what_one_does()
    {
        var feature = new TextFeature();
        string[] texts = [.. Enumerable.Range(0, 2000).Select(i => $"{Mixed} {i} {new string('x', i % 400)}")];
        RaggedIds[] rows = [.. texts.Select(_ => new RaggedIds())];
        Parallel.For(0, texts.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i => feature.Encode(texts[i], rows[i]));

        for (int i = 0; i < texts.Length; i++)
        {
            Assert.Equal(TextFeatureReference.Encode(texts[i], feature.Options), rows[i][0].ToArray());
        }
    }

    [Fact]
    public void Encoding_allocates_nothing_the_second_time()
    {
        var feature = new TextFeature();
        string longer = string.Join(' ', Enumerable.Repeat(Mixed, 100));
        var rows = new RaggedIds();
        long allocated = 0;
        for (int time = 0; time < 2; time++)
        {
            rows.Clear();
            long before = GC.GetAllocatedBytesForCurrentThread();
            feature.Encode("The Good, the Bad and the Ugly (1966)", rows);
            feature.Encode(Mixed, rows);
            feature.Encode(longer, rows);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        var rows = new RaggedIds();
        Assert.Throws<ArgumentNullException>("input", () => new TextFeature().Encode(null!, rows));
        Assert.Throws<ArgumentNullException>("destination", () => new TextFeature().Encode("a", null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TextFeature(new() { Buckets = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TextFeature(new() { MinimumCharacterNGram = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TextFeature(new() { MinimumCharacterNGram = 5 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TextFeature(new() { MinimumCharacterNGram = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>("MaximumCharacterNGram", () => new TextFeature(new() { MaximumCharacterNGram = 65 }));
        new TextFeature(new() { MaximumCharacterNGram = 64 }).Encode("a", new RaggedIds());
        Assert.Throws<ArgumentException>(() => new TextFeature(
            new() { Words = false, WordPairs = false, MinimumCharacterNGram = 0, MaximumCharacterNGram = 0 }));

        rows.Append(1);
        Assert.Throws<InvalidOperationException>(() => new TextFeature().Encode("a", rows));
    }

    /// <summary>Texts whose words are short, repeat, and mix scripts, planes and broken surrogate pairs.</summary>
    public static Arbitrary<Sample> Texts() => Gen.Elements(
            "a", "B", "cd", "0", " ", " ", "-", "\u0130", "\u0131", "I", "\u00DF", "\u1E9E", "\u212A", "\u03A3", "\u03C2", "\u01C5", "日",
            "e\u0301", "𐐀", "𝐀", "😀", "\uD801", "\uDC00", "\u0660", "\u00B2", "<", ">", "_", "\u200D", "\uFF21")
        .ListOf().Select(parts => new Sample(string.Concat(parts))).ToArbitrary();

    public static Arbitrary<TextFeatureOptions> AllOptions() => (
            from buckets in Gen.Elements(1, 2, 1000, 1 << 17, int.MaxValue)
            from kinds in Gen.Choose(1, 7)
            from minimum in Gen.Choose(1, 5)
            from extra in Gen.Choose(0, 4)
            from seed in Gen.Choose(0, 3)
            let grams = kinds >= 4
            select new TextFeatureOptions
            {
                Buckets = buckets,
                Words = kinds % 2 == 1,
                WordPairs = kinds / 2 % 2 == 1,
                MinimumCharacterNGram = grams ? minimum : 0,
                MaximumCharacterNGram = grams ? minimum + extra : 0,
                Seed = (ulong)seed,
            }).ToArbitrary();

    private static int[] Encode(string text, TextFeatureOptions? options = null)
    {
        var rows = new RaggedIds();
        new TextFeature(options).Encode(text, rows);
        return rows[0].ToArray();
    }

    public sealed record Sample(string Text);
}
