using System.Globalization;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Indexing;

/// <summary>A live index takes the numbers that the index which it builds takes, and no others.</summary>
public class LiveLimitTests
{
    /// <summary>Kinds of indexes, the greatest number that each takes, and the least that it does not.</summary>
    private static readonly Dictionary<string, (Func<ICandidateSource<string>, Similarity, TopKIndex<string>> Build, float Taken, float Refused)> Kinds = new()
    {
        ["float16"] = (static (source, similarity) => Float16Index<string>.Build(source, similarity: similarity), 65519.99f, 65520),
        ["partitions"] = (static (source, similarity) => PartitionedIndex<string>.Build(source, similarity: similarity), 1e15f, 1.0001e15f),
        ["partitions, halves"] = (
            static (source, similarity) => PartitionedIndex<string>.Build(source, new() { Rescoring = PartitionedRescoring.HalfPrecision }, similarity), 65519.99f, 65520),
        ["int8"] = (static (source, similarity) => Int8Index<string>.Build(source, similarity: similarity), 3e38f, float.PositiveInfinity),
        ["brute force"] = (static (source, similarity) => BruteForceIndex<string>.Build(source, similarity: similarity), 3e38f, float.PositiveInfinity),
    };

    public static TheoryData<string> KindNames => [.. Kinds.Keys];

    [Theory]
    [MemberData(nameof(KindNames))]
    public void What_the_builder_refuses_is_refused_with_its_words_and_what_is_taken_can_be_compacted(string kind)
    {
        (Func<ICandidateSource<string>, Similarity, TopKIndex<string>> build, float taken, float refused) = Kinds[kind];
        var empty = new LiveIndex<string>(2, (source, _) => build(source, Similarity.DotProduct));
        var candidates = new TensorCandidates<string>(new Tensor<float>(new Shape(1, 2)), ["a"]);
        var started = new LiveIndex<string>(build(candidates, Similarity.DotProduct), candidates, (source, _) => build(source, Similarity.DotProduct));
        foreach (LiveIndex<string> live in (LiveIndex<string>[])[empty, started])
        {
            foreach (float sign in (float[])[1, -1])
            {
                Tensor<float> rows = Tensor<float>.Of(new[,] { { 1, taken }, { 1, sign * refused } });
                (long version, int count) = (live.Version, live.Count);
                string words = $"but row 1 (identifier c) holds {(sign * refused).ToString(CultureInfo.InvariantCulture)} at dimension 1.";
                Refusal.Of<ArgumentException>(() => live.Upsert(["b", "c"], rows), words, "embeddings must be");
                Refusal.Of<ArgumentException>(() => live.Upsert("c", [1, sign * refused]), "identifier c", "'embedding'");
                Assert.Equal((version, count), (live.Version, live.Count));
                Refusal.Of<InvalidDataException>(() => build(new TensorCandidates<string>(rows, ["b", "c"], checkWhenRead: true), Similarity.DotProduct), "The source must be", words);
                live.Upsert(["b", "c"], Tensor<float>.Of(new[,] { { 1, taken }, { 1, sign * taken } }));
                Assert.True(live.Compact());
                Assert.Equal(0, live.Snapshot().Changes);
            }
        }
    }

    [Theory]
    [MemberData(nameof(KindNames))]
    public void The_cosine_takes_every_finite_number(string kind)
    {
        var live = new LiveIndex<string>(2, (source, _) => Kinds[kind].Build(source, Similarity.Cosine), Similarity.Cosine);
        live.Upsert(["a", "b"], Tensor<float>.Of(new[,] { { 3e38f, 0 }, { 3e38f, 3e38f } }));
        Assert.True(live.Compact());
        Assert.Equal(["a", "b"], live.Search(Tensor<float>.Of(new float[,] { { 1, 0 } }), 2)[0].Select(found => found.Identifier));
    }

    [Fact]
    public void The_builder_is_asked_once_and_only_where_a_number_may_be_too_great()
    {
        int builds = 0;
        var live = new LiveIndex<int>(1, (source, cancellation) =>
        {
            builds++;
            return BruteForceIndex<int>.Build(source, cancellationToken: cancellation);
        });
        live.Upsert(1, [65_504]);
        Assert.Equal(0, builds);
        live.Upsert(2, [65_536]);
        live.Upsert(3, [1e30f]);
        Assert.Equal(1, builds);
        live.Compact();
        live.Upsert(3, [2e30f]);
        Assert.Equal((2, 3), (builds, live.Count));
    }
}
