using FsCheck;
using FsCheck.Xunit;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Tests.Features;

public sealed class ListFeatureTests
{
    [Property]
    public void A_list_gives_the_ids_of_its_last_elements_in_order(NonNull<string>[] texts, byte? length)
    {
        var element = new TextFeature();
        int? most = length is { } l ? l + 1 : null;
        string[] input = [.. texts.Select(text => text.Get)];

        Assert.Equal(
            input.TakeLast(most ?? input.Length).SelectMany(text => Encoded.Ids(element, text)),
            Encoded.Ids(new ListFeature<string>(element, most), input));
    }

    [Property]
    public void Skipped_elements_leave_no_trace_and_do_not_count(byte[] keys, byte[] history, byte? length, bool buckets)
    {
        var vocabulary = new Vocabulary<int>([.. keys.Select(key => key % 16).Distinct().Append(99)], buckets ? 2 : 0);
        int? most = length is { } l ? (l % 8) + 1 : null;
        int[] input = [.. history.Select(item => item % 16)];
        int[] known = [.. input.Where(vocabulary.Contains)];

        Assert.Equal(
            known.TakeLast(most ?? known.Length).Select(vocabulary.IndexOf),
            Encoded.Ids(new ListFeature<int>(new IdFeature<int>(vocabulary), most, skipUnknown: true), input));
    }

    [Property]
    public void Unknown_elements_that_are_not_skipped_go_to_their_buckets(long[] history)
    {
        var vocabulary = new Vocabulary<long>([1, 2], 3);

        Assert.Equal(history.Select(vocabulary.IndexOf), Encoded.Ids(new ListFeature<long>(new IdFeature<long>(vocabulary)), history));
    }

    [Fact]
    public void Lists_of_optional_elements_and_of_lists_are_flat()
    {
        var optional = new ListFeature<string?>(new OptionalFeature<string>(new IdFeature<string>(new Vocabulary<string>(["a", "b"], 0))));
        Assert.Equal([0, 1, 0], Encoded.Ids(optional, ["a", null, "b", "a", null]));

        var nested = new ListFeature<IReadOnlyList<string>>(new ListFeature<string>(new IdFeature<string>(new Vocabulary<string>(["a", "b"], 0)), 1));
        Assert.Equal([1, 0], Encoded.Ids(nested, [["a", "b"], [], ["a"]]));
    }

    [Fact]
    public void What_an_element_refuses_leaves_the_destination_as_it_was()
    {
        var strict = new ListFeature<string>(new IdFeature<string>(new Vocabulary<string>(["a"], 0)));
        var rows = new RaggedIds();
        rows.AppendRow([4]);

        Assert.Throws<KeyNotFoundException>(() => strict.Encode(["a", "a", "b"], rows));
        Assert.Throws<ArgumentNullException>(() => strict.Encode(["a", null!], rows));
        Assert.Throws<ArgumentNullException>(() => new ListFeature<string>(strict.Element, 1, true).Encode(["a", null!], rows));
        Assert.Equal([0, 1], rows.Offsets.ToArray());

        strict.Encode(["a"], rows);
        Assert.Equal([4, 0], rows.Ids.ToArray());
        Assert.Equal([0, 1, 2], rows.Offsets.ToArray());
    }

    [Theory]
    [InlineData(0, false, "but appended 0 for element 0")]
    [InlineData(2, false, "but appended 2 for element 0")]
    [InlineData(1, true, "is open")]
    public void An_element_that_breaks_its_contract_is_reported(int count, bool open, string message)
    {
        var feature = new ListFeature<int>(new Unruly(count, open));
        var rows = new RaggedIds();

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => feature.Encode([1], rows));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        rows.AppendRow([3]);
        Assert.Equal([3], rows.Ids.ToArray());
    }

    [Fact]
    public void Encoding_allocates_nothing_the_second_time()
    {
        var feature = new ListFeature<string>(new IdFeature<string>(new Vocabulary<string>(["a", "b"], 0)), 2, skipUnknown: true);
        string[] history = ["b", "a", "a", "c", "b"];
        var rows = new RaggedIds();
        Assert.Equal(0, Allocated.ByOneOf(() =>
        {
            rows.Clear();
            feature.Encode(history, rows);
            feature.Encode([], rows);
        }));
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        var feature = new ListFeature<string>(new TextFeature());
        var rows = new RaggedIds();
        Assert.Throws<ArgumentNullException>("element", () => new ListFeature<string>(null!));
        Assert.Throws<ArgumentOutOfRangeException>("maximumLength", () => new ListFeature<string>(new TextFeature(), 0));
        Assert.Throws<ArgumentException>("element", () => new ListFeature<string>(new TextFeature(), skipUnknown: true));
        Assert.Throws<ArgumentNullException>("input", () => feature.Encode(null!, rows));
        Assert.Throws<ArgumentNullException>("destination", () => feature.Encode([], null!));

        rows.Append(2);
        Assert.Throws<InvalidOperationException>(() => feature.Encode([], rows));
        rows.EndRow();
        Assert.Equal([2], rows.Ids.ToArray());
    }

    private sealed class Unruly(int count, bool open) : ISparseFeature<int>
    {
        public int RowCount => 9;

        public void Encode(int input, RaggedIds destination)
        {
            for (int i = 0; i < count; i++)
            {
                destination.AppendRow([i]);
            }

            if (open)
            {
                destination.Append(8);
            }
        }
    }
}
