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

    [Fact]
    public void Another_kind_that_takes_less_names_the_candidate_that_it_refuses_and_nothing_is_lost()
    {
        string kind = "brute force";
        var live = new LiveIndex<string>(1, (source, _) => Kinds[kind].Build(source, Similarity.DotProduct));
        live.Upsert(["a", "b", "c"], Tensor<float>.Of(new[,] { { 1 }, { 1e20f }, { 70_000 } }));
        Assert.True(live.Compact());
        foreach ((string next, string refused) in ((string, string)[])[("partitions", "b"), ("float16", "c")])
        {
            kind = next;
            live.Upsert("d", [2]);
            (long version, int changes, ScoredCandidate<string>[] answers) = (live.Version, live.Snapshot().Changes, Ask(live));
            Refusal.Of<InvalidDataException>(() => live.Compact(), $"(identifier {refused})");
            Assert.Equal((version, changes), (live.Version, live.Snapshot().Changes));
            Assert.Equal(answers, Ask(live));
            Assert.False(live.Upsert(refused, [3]));
            Assert.True(live.Compact());
            Assert.Equal((0, 4), (live.Snapshot().Changes, live.Count));
        }
    }

    [Fact]
    public void The_builder_may_return_to_any_kind_that_it_built_before()
    {
        string kind = "float16";
        var live = new LiveIndex<string>(1, (source, _) => Kinds[kind].Build(source, Similarity.DotProduct));
        foreach (string next in (string[])["float16", "brute force", "int8", "float16"])
        {
            kind = next;
            live.Upsert(next, [65_519]);
            Assert.True(live.Compact());
            Refusal.Of<ArgumentException>(() => live.Upsert("great", [65_520]), "identifier great");
        }

        Assert.Equal(3, live.Count);
    }

    [Fact]
    public void A_row_is_held_against_the_kind_that_was_built_while_the_builder_was_asked()
    {
        LiveIndex<string> live = null!;
        bool asked = false;
        live = new LiveIndex<string>(1, (source, token) =>
        {
            if (asked)
            {
                return Kinds["float16"].Build(source, Similarity.DotProduct);
            }

            asked = true;
            live.Upsert("a", [1]);
            live.Compact(null, token);
            return Kinds["brute force"].Build(source, Similarity.DotProduct);
        });
        Refusal.Of<ArgumentException>(() => live.Upsert("b", [70_000]), "identifier b");
        Assert.Equal(["a"], Ask(live).Select(found => found.Identifier));
    }

    [Fact]
    public void A_builder_is_asked_with_a_row_like_the_one_to_come_and_one_that_takes_no_single_row_tells_by_what_it_builds()
    {
        var zeros = new LiveIndex<string>(2, (source, _) =>
        {
            Span<float> row = source.ReadBatches().First().Embeddings.Row(0);
            Assert.True(row is [1, -0.5f] or [70_000, -35_000]);
            return Kinds["brute force"].Build(source, Similarity.DotProduct);
        });
        zeros.Upsert("a", [70_000, -35_000]);
        Assert.True(zeros.Compact());

        var pairs = new LiveIndex<string>(
            1, (source, _) => source.Count > 1 ? Kinds["float16"].Build(source, Similarity.DotProduct) : throw new ArgumentException("There must be two rows."));
        pairs.Upsert(["a", "b"], Tensor<float>.Of(new float[,] { { 1 }, { 70_000 } }));
        Refusal.Of<InvalidDataException>(() => pairs.Compact(), "(identifier b)");
        pairs.Upsert("b", [2]);
        Assert.True(pairs.Compact());
        Refusal.Of<ArgumentException>(() => pairs.Upsert("c", [70_000]), "identifier c");
    }

    [Fact]
    public void A_builder_or_a_keeper_that_returns_null_is_told_so_and_nothing_changes()
    {
        var live = new LiveIndex<string>(1, (_, _) => null!);
        live.Upsert("a", [1]);
        Refusal.Of<InvalidOperationException>(() => live.Compact(), "builder returned null");
        Refusal.Of<InvalidOperationException>(() => live.Upsert("b", [70_000]), "builder returned null");
        var keeping = new LiveIndex<string>(1, (source, _) => Kinds["int8"].Build(source, Similarity.DotProduct), options: new() { Keep = (_, _) => null! });
        keeping.Upsert("a", [1]);
        Refusal.Of<InvalidOperationException>(() => keeping.Compact(), "Keep returned null");
        foreach (LiveIndex<string> one in (LiveIndex<string>[])[live, keeping])
        {
            Assert.Equal((1, 1), (one.Version, one.Snapshot().Changes));
            Assert.Equal(["a"], Ask(one).Select(found => found.Identifier));
        }
    }

    private static ScoredCandidate<string>[] Ask(LiveIndex<string> live) => live.Search(Tensor<float>.Of(new float[,] { { 1 } }), 9)[0];
}
