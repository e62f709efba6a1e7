using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Indexing;

[Collection(AloneCollection.Name)]
public class LiveIndexTests
{
    [Fact]
    public void An_index_without_candidates_answers_with_empty_lists_and_still_checks_what_it_is_asked()
    {
        var index = new LiveIndex<string>(2, Build<string>);
        Tensor<float> queries = new(new Shape(3, 2));
        var filter = new CandidateFilter<string> { Inclusions = [["a"], null, null], Exclusions = [null, ["a"], null], Predicate = _ => true };
        Assert.All(index.Search(queries, 5), Assert.Empty);
        Assert.All(index.Search(queries, 5, filter), Assert.Empty);
        Assert.Equal((0, 0L, true), (index.Count, index.Version, index.IsExact));
        Assert.False(index.Compact());
        Assert.Throws<ArgumentOutOfRangeException>("k", () => index.Search(queries, 0));
        Refusal.Of<ArgumentException>(() => index.Search(new Tensor<float>(new Shape(1, 3)), 1), "[queries, 2]", "not [1, 3]");
        Refusal.Of<ArgumentException>(() => index.Search(queries, 1, new CandidateFilter<string> { Exclusions = [null] }), "each of the 3 queries, not 1");
    }

    [Fact]
    public void A_candidate_of_a_known_name_takes_the_place_of_every_row_of_that_name()
    {
        var index = Live(Tensor<float>.Of(new float[,] { { 1 }, { 2 }, { 3 } }), ["a", "b", "a"]);
        Assert.False(index.Upsert("a", [5]));
        Assert.True(index.Upsert("c", [4]));
        Assert.Equal(3, index.Count);
        ScoredCandidate<string>[] expected = [new("a", 5, 3), new("c", 4, 4), new("b", 2, 1)];
        Assert.Equal(expected, index.Search(Tensor<float>.Of(new float[,] { { 1 } }), 9)[0]);
        Assert.True(index.Delete("a"));
        Assert.False(index.Delete("a"));
        Assert.Equal(2, index.Delete(["c", "x", "b", "c"]));
        Assert.Empty(index.Search(Tensor<float>.Of(new float[,] { { 1 } }), 9)[0]);
    }

    [Fact]
    public void Of_rows_with_one_name_in_a_batch_the_last_one_stays()
    {
        var index = new LiveIndex<long>(1, Build<long>);
        Assert.Equal(2, index.Upsert([7, 8, 7], Tensor<float>.Of(new float[,] { { 1 }, { 2 }, { 3 } })));
        ScoredCandidate<long>[] expected = [new(7, 3, 2), new(8, 2, 1)];
        Assert.Equal(expected, index.Search(Tensor<float>.Of(new float[,] { { 1 } }), 9)[0]);
        Assert.Equal((2, 1L), (index.Count, index.Version));
    }

    [Fact]
    public void A_snapshot_answers_as_it_did_whatever_is_written_later()
    {
        var index = Live(Tensor<float>.Of(new float[,] { { 1 }, { 2 } }), ["a", "b"]);
        index.Upsert("c", [3]);
        LiveSnapshot<string> snapshot = index.Snapshot();
        Tensor<float> query = Tensor<float>.Of(new float[,] { { 1 } });
        ScoredCandidate<string>[] before = snapshot.Search(query, 9)[0];
        index.Upsert("d", [4]);
        index.Upsert("c", [-3]);
        index.Delete("a");
        index.Compact();
        Assert.Equal(["c", "b", "a"], before.Select(found => found.Identifier));
        Assert.Equal(before, snapshot.Search(query, 9)[0]);
        Assert.Equal((1, 3), (snapshot.Version, snapshot.Count));
        Assert.Equal((5, 3), (index.Version, index.Count));
    }

    [Theory]
    [InlineData(Similarity.DotProduct)]
    [InlineData(Similarity.Cosine)]
    public void Scores_have_the_bits_of_a_fixed_index_before_and_after_a_compaction_and_for_any_number_of_workers(Similarity similarity)
    {
        // Fractions, so that another order of summing would show.
        Tensor<float> candidates = new Draw(91, 12).Tensor<float>(new Shape(1700, 19)), queries = new Draw(92, 12).Tensor<float>(new Shape(9, 2, 19));
        int[] identifiers = [.. Enumerable.Range(0, 1700)];
        ScoredCandidate<int>[][] expected = new BruteForceIndex<int>(candidates, identifiers, similarity: similarity).Search(queries, 200);
        using var team = new WorkerTeam(3);
        foreach (WorkerTeam? workers in (WorkerTeam?[])[null, team])
        {
            var index = new LiveIndex<int>(19, (source, _) => Build(source, similarity), similarity, new LiveIndexOptions<int> { Workers = workers });
            index.Upsert(identifiers[..600], candidates.Rows(0, 600));
            index.Compact();
            index.Upsert(identifiers[600..], candidates.Rows(600, 1100));
            Assert.Equal(expected, index.Search(queries, 200));
            Assert.Equal(expected[4], index.Search(queries.Rows(4, 1), 200)[0]);
            index.Compact();
            Assert.Equal(expected, index.Search(queries, 200));
        }
    }

    [Fact]
    public void Many_rows_that_were_added_are_searched_in_ranges_with_the_same_answers()
    {
        const int Count = 40_000;
        Tensor<float> candidates = new Draw(97, 12).Tensor<float>(new Shape(Count, 3)), queries = new Draw(98, 12).Tensor<float>(new Shape(2, 2, 3));
        int[] identifiers = [.. Enumerable.Range(0, Count)];
        using var team = new WorkerTeam(3);
        var index = new LiveIndex<int>(3, Build<int>, options: new LiveIndexOptions<int> { Workers = team });
        index.Upsert(identifiers, candidates);
        index.Delete(identifiers[100..9000]);
        CandidateFilter<int> filter = new() { Exclusions = [identifiers[9000..9700], identifiers[35_000..]], Predicate = identifier => identifier % 3 != 0 };
        CandidateFilter<int> expected = new() { Exclusions = [identifiers[100..9700], [.. identifiers[100..9000], .. identifiers[35_000..]]], Predicate = filter.Predicate };
        Assert.Equal(new BruteForceIndex<int>(candidates, identifiers).Search(queries, 50, expected), index.Search(queries, 50, filter));
    }

    [Fact]
    public void A_search_allocates_nothing_when_its_results_are_used_again()
    {
        Tensor<float> candidates = new Draw(93, 12).Tensor<float>(new Shape(3000, 8)), queries = new Draw(94, 12).Tensor<float>(new Shape(3, 8));
        string[] identifiers = [.. Enumerable.Range(0, 3000).Select(row => $"item {row}")];
        var index = Live(candidates.Rows(0, 2000), identifiers[..2000]);
        index.Upsert(identifiers[1990..], candidates.Rows(1990, 1010));
        index.Delete(identifiers[2500..2510]);
        CandidateFilter<string>?[] filters =
        [
            null,
            new() { Exclusions = [identifiers[..40], null, identifiers[2100..2103].ToList()] },
            new() { Inclusions = [identifiers[..40], null, identifiers[2490..2503]], Exclusions = [identifiers[..4], null, null] },
            new() { Predicate = static identifier => identifier.EndsWith('7') },
        ];
        var results = new TopKResults<string>();
        foreach (CandidateFilter<string>? filter in filters)
        {
            Assert.Equal(0, Allocated.ByOneOf(() => index.Search(queries, 10, filter, results), warmUp: 5));
        }
    }

    [Fact]
    public void A_single_change_of_a_large_index_allocates_a_few_KiB()
    {
        const int Count = 1_000_000;
        var index = Live(new Draw(95, 12).Tensor<float>(new Shape(Count, 1)), [.. Enumerable.Range(0, Count)]);
        int next = 0;
        Assert.InRange(
            Allocated.ByOneOf(() =>
            {
                index.Upsert(next++, [1]);
                index.Delete(Count / 2 + next);
            }),
            1,
            24 << 10);
    }

    [Fact]
    public void What_cannot_be_written_is_refused_and_changes_nothing()
    {
        var index = Live(Tensor<float>.Of(new float[,] { { 1, 2 } }), ["a"]);
        Refusal.Of<ArgumentException>(() => index.Upsert("b", [1]), "2 elements, not 1", "'embedding'");
        Refusal.Of<ArgumentException>(() => index.Upsert("b", [1, float.NaN]), "must be finite", "identifier b", "dimension 1", "'embedding'");
        Refusal.Of<ArgumentException>(() => index.Upsert(["b"], new Tensor<float>(new Shape(1, 3))), "[candidates, 2]", "not [1, 3]", "'embeddings'");
        Refusal.Of<ArgumentException>(() => index.Upsert(["b", "c"], new Tensor<float>(new Shape(1, 2))), "each of the 1 rows, not 2");
        Refusal.Of<ArgumentException>(() => index.Upsert(["b", null!], new Tensor<float>(new Shape(2, 2))), "number 1 is");
        Refusal.Of<ArgumentException>(
            () => index.Upsert(["b", "c"], Tensor<float>.Of(new[,] { { 1, 1 }, { float.PositiveInfinity, 0 } })), "row 1 (identifier c)", "dimension 0");
        Refusal.Of<ArgumentException>(() => index.Delete(["a", null!]), "must not hold null", "'identifiers'");
        Assert.Throws<ArgumentNullException>("identifier", () => index.Delete((string)null!));
        Assert.Throws<ArgumentNullException>("identifier", () => index.Upsert(null!, [1, 2]));
        Assert.Equal((0, 1), (index.Version, index.Count));

        var one = new TensorCandidates<string>(new Tensor<float>(new Shape(1, 2)), ["a"]);
        var two = new TensorCandidates<string>(new Tensor<float>(new Shape(2, 2)), ["a", "b"]);
        Refusal.Of<ArgumentException>(() => _ = new LiveIndex<string>(Build(one), two, Build<string>), "1 with 2 dimensions", "not 2 with 2", "'candidates'");
        Assert.Throws<ArgumentOutOfRangeException>("dimensions", () => new LiveIndex<string>(0, Build<string>));
        Assert.Throws<ArgumentOutOfRangeException>("CompactAt", () => new LiveIndexOptions<string> { CompactAt = 0 });
    }

    private static BruteForceIndex<TId> Build<TId>(ICandidateSource<TId> source, Similarity similarity = Similarity.DotProduct)
        where TId : notnull => BruteForceIndex<TId>.Build(source, similarity: similarity);

    private static BruteForceIndex<TId> Build<TId>(ICandidateSource<TId> source, CancellationToken cancellationToken)
        where TId : notnull => Build(source);

    private static LiveIndex<TId> Live<TId>(Tensor<float> embeddings, TId[] identifiers)
        where TId : notnull
    {
        var candidates = new TensorCandidates<TId>(embeddings, identifiers);
        return new LiveIndex<TId>(Build(candidates), candidates, Build<TId>);
    }
}
