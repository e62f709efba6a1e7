using FsCheck.Xunit;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Tests.Features;

public sealed class IdFeatureTests
{
    [Property]
    public void Each_key_gives_one_row_with_its_index(int[] keys, int[] asked)
    {
        Vocabulary<int> vocabulary = Vocabulary.Fit(keys, 3);
        var feature = new IdFeature<int>(vocabulary);
        var rows = new RaggedIds();
        foreach (int key in asked)
        {
            feature.Encode(key, rows);
        }

        Assert.Equal(vocabulary.Count, feature.RowCount);
        Assert.Equal(asked.Select(vocabulary.IndexOf), rows.Ids.ToArray());
        Assert.Equal(Enumerable.Range(0, asked.Length + 1), rows.Offsets.ToArray());
    }

    [Fact]
    public void What_cannot_be_encoded_leaves_the_destination_as_it_was()
    {
        var feature = new IdFeature<string>(new Vocabulary<string>(["a"], 0));
        var rows = new RaggedIds();

        Assert.Throws<KeyNotFoundException>(() => feature.Encode("b", rows));
        Assert.Throws<ArgumentNullException>(() => feature.Encode(null!, rows));
        Assert.Throws<ArgumentNullException>("destination", () => feature.Encode("a", null!));
        Assert.Throws<ArgumentNullException>("vocabulary", () => new IdFeature<string>(null!));
        Assert.Equal(0, rows.Count);

        rows.Append(0);
        Assert.Throws<InvalidOperationException>(() => feature.Encode("a", rows));
    }

    [Fact]
    public void Encoding_allocates_nothing_the_second_time()
    {
        var texts = new IdFeature<string>(new Vocabulary<string>(["a", "b"], 4));
        var numbers = new IdFeature<long>(new Vocabulary<long>([1, 2], 4));
        var rows = new RaggedIds();
        long allocated = 0;
        for (int time = 0; time < 2; time++)
        {
            rows.Clear();
            long before = GC.GetAllocatedBytesForCurrentThread();
            texts.Encode("a", rows);
            texts.Encode("unknown", rows);
            numbers.Encode(2, rows);
            numbers.Encode(-5, rows);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }
}
