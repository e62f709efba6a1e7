using FsCheck.Xunit;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Tests.Features;

public sealed class OptionalFeatureTests
{
    [Property]
    public void Null_gives_an_empty_row_and_anything_else_what_its_feature_gives(string? text, int? number, double? value)
    {
        var texts = new TextFeature();
        var ids = new HashFeature<int>(10);
        var buckets = new BucketFeature(0, 1);

        Assert.Equal(text is null ? [] : Encoded.Ids(texts, text), Encoded.Ids(new OptionalFeature<string>(texts), text));
        Assert.Equal(number is { } n ? Encoded.Ids(ids, n) : [], Encoded.Ids(new OptionalValueFeature<int>(ids), number));
        Assert.Equal(value is { } v ? Encoded.Ids(buckets, v) : [], Encoded.Ids(new OptionalValueFeature<double>(buckets), value));
    }

    [Fact]
    public void Null_takes_no_embedding_row_of_its_own()
    {
        Assert.Equal(7, new OptionalFeature<string>(new HashFeature<string>(7)).RowCount);
        Assert.Equal(7, new OptionalValueFeature<long>(new HashFeature<long>(7)).RowCount);
    }

    [Fact]
    public void A_missing_list_and_an_empty_list_are_the_same()
    {
        var feature = new OptionalFeature<IReadOnlyList<long>>(new ListFeature<long>(new HashFeature<long>(7)));

        Assert.Empty(Encoded.Ids(feature, null));
        Assert.Empty(Encoded.Ids(feature, []));
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        var text = new OptionalFeature<string>(new TextFeature());
        var number = new OptionalValueFeature<int>(new HashFeature<int>(2));
        var rows = new RaggedIds();
        Assert.Throws<ArgumentNullException>("value", () => new OptionalFeature<string>(null!));
        Assert.Throws<ArgumentNullException>("value", () => new OptionalValueFeature<int>(null!));
        Assert.Throws<ArgumentNullException>("destination", () => text.Encode(null, null!));
        Assert.Throws<ArgumentNullException>("destination", () => number.Encode(null, null!));

        rows.Append(1);
        Assert.Throws<InvalidOperationException>(() => text.Encode(null, rows));
        Assert.Throws<InvalidOperationException>(() => number.Encode(null, rows));
    }
}
