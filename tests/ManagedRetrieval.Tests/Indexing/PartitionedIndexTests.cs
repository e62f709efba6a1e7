using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Tests.Indexing.Partitioned;

namespace ManagedRetrieval.Tests.Indexing;

public class PartitionedIndexTests
{
    public static TheoryData<PartitionedLists, PartitionedRescoring> Kinds => new()
    {
        { PartitionedLists.FourBit, PartitionedRescoring.EightBit },
        { PartitionedLists.FourBit, PartitionedRescoring.HalfPrecision },
        { PartitionedLists.FourBit, PartitionedRescoring.FullPrecision },
        { PartitionedLists.EightBit, PartitionedRescoring.EightBit },
        { PartitionedLists.EightBit, PartitionedRescoring.HalfPrecision },
        { PartitionedLists.EightBit, PartitionedRescoring.FullPrecision },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void With_all_partitions_probed_and_all_rows_scored_answers_are_a_full_sort_by_the_stated_formula(PartitionedLists lists, PartitionedRescoring rescoring) =>
        RandomCases.Check(
            draw =>
            {
                int rows = draw.Between(1, 8 * draw.Size), width = draw.OneOf(1, 3, 8, 17, 64, 100), heads = draw.Between(1, 2), k = draw.Between(1, rows + 2);
                Tensor<float> candidates = PlainPartitions.Clustered(draw, rows, width, draw.Between(1, 9)), queries = draw.Tensor<float>(new Shape(draw.Between(1, 20), heads, width));
                PartitionedIndex<int> index = PartitionedIndex<int>
                    .Build(candidates, PlainPartitions.Numbers(rows), Options(lists, rescoring, draw.Between(1, 12))).With(int.MaxValue, int.MaxValue);
                ScoredCandidate<int>[][] found = index.Search(queries, k);
                for (int query = 0; query < found.Length; query++)
                {
                    float[] scores = PlainPartitions.Scores(index.Store, queries.Row(query)[..width]);
                    for (int head = 1; head < heads; head++)
                    {
                        float[] others = PlainPartitions.Scores(index.Store, queries.Row(query).Slice(head * width, width));
                        scores = [.. scores.Zip(others, MathF.Max)];
                    }

                    Assert.Equal(
                        scores.Select((score, row) => (score, row)).OrderByDescending(entry => entry.score).ThenBy(entry => entry.row).Take(k),
                        found[query].Select(answer => (answer.Score, answer.Row)));
                }
            },
            cases: 60,
            size: 40);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Scores_are_near_those_of_exact_search_and_in_full_precision_the_same_bits(PartitionedLists lists, PartitionedRescoring rescoring)
    {
        var draw = new Draw(91, 12);
        Tensor<float> candidates = PlainPartitions.Clustered(draw, 2000, 24, 30), queries = draw.Tensor<float>(new Shape(20, 24));
        var exact = new BruteForceIndex<int>(candidates, PlainPartitions.Numbers(2000));
        ScoredCandidate<int>[][] all = exact.Search(queries, 2000), found = Build(candidates, lists, rescoring).Search(queries, 30);
        double most = rescoring switch { PartitionedRescoring.EightBit => 0.1, PartitionedRescoring.HalfPrecision => 0.02, _ => 0 };
        for (int query = 0; query < found.Length; query++)
        {
            Dictionary<int, float> scores = all[query].ToDictionary(answer => answer.Row, answer => answer.Score);
            Assert.All(found[query], answer => Assert.Equal(scores[answer.Row], answer.Score, most));
        }
    }

    [Theory]
    [InlineData(PartitionedLists.FourBit)]
    [InlineData(PartitionedLists.EightBit)]
    public void A_tenth_of_the_partitions_hold_most_of_the_exact_answers(PartitionedLists lists)
    {
        var draw = new Draw(92, 12);
        Tensor<float> candidates = PlainPartitions.Clustered(draw, 20_000, 32, 300), queries = draw.Tensor<float>(new Shape(200, 32));
        PartitionedIndex<int> index = PartitionedIndex<int>.Build(candidates, PlainPartitions.Numbers(20_000), new PartitionedOptions { Partitions = 200, Lists = lists });
        double few = Recall(index.With(5, 100), candidates, queries), some = Recall(index.With(20, 100), candidates, queries), many = Recall(index.With(200, 400), candidates, queries);
        Assert.True(few < some && some < many, $"{few}, {some}, {many}");
        Assert.InRange(some, 0.85, 1);
        Assert.InRange(many, 0.97, 1);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_query_has_the_same_bits_alone_in_a_batch_and_for_any_number_of_workers_who_build_the_same_bytes(
        PartitionedLists lists, PartitionedRescoring rescoring)
    {
        var draw = new Draw(93, 12);
        Tensor<float> candidates = PlainPartitions.Clustered(draw, 3000, 19, 40), queries = draw.Tensor<float>(new Shape(70, 2, 19));
        PartitionedIndex<int> index = Build(candidates, lists, rescoring);
        ScoredCandidate<int>[][] batch = index.Search(queries, 15);
        for (int query = 0; query < batch.Length; query++)
        {
            Assert.Equal(batch[query], Assert.Single(index.Search(queries.Rows(query, 1), 15)));
        }

        foreach (int workers in (int[])[2, 3])
        {
            using var team = new WorkerTeam(workers);
            PartitionedIndex<int> other = PartitionedIndex<int>.Build(new InBatches(candidates, 700), Options(lists, rescoring, 30), workers: team);
            Assert.Equal(PlainPartitions.Bytes(index.Store), PlainPartitions.Bytes(other.Store));
            Assert.Equal(batch, other.Search(queries, 15));
        }
    }

    [Fact]
    public void Answers_keep_to_the_filter_and_there_are_k_where_k_are_admissible() => RandomCases.Check(
        draw =>
        {
            int rows = draw.Between(1, 60 * draw.Size), names = draw.Between(1, rows), k = draw.Between(1, 30);
            Tensor<float> candidates = PlainPartitions.Clustered(draw, rows, 6, draw.Between(1, 9)), queries = draw.Tensor<float>(new Shape(draw.Between(1, 5), 6));
            int[] identifiers = draw.Ids(rows, names);
            int queryCount = queries.Shape.Rows, modulus = draw.Between(1, 40);
            IReadOnlyCollection<int>?[] Lists(int longest) => [.. Enumerable.Range(0, queryCount).Select(_ => draw.Bool() ? draw.Ids(draw.Below(longest), names) : null)];
            var filter = new CandidateFilter<int>
            {
                Exclusions = draw.Bool() ? Lists(2 * names) : null,
                Inclusions = draw.Below(4) == 0 ? Lists(names) : null,
                Predicate = draw.Bool() ? identifier => identifier % modulus == 0 : null,
            };
            bool Admits(int query, int identifier) => filter.Exclusions?[query]?.Contains(identifier) is not true
                && filter.Inclusions?[query]?.Contains(identifier) is not false && filter.Predicate?.Invoke(identifier) is not false;
            PartitionedIndex<int> index = PartitionedIndex<int>
                .Build(candidates, identifiers, Options(draw.OneOf(Enum.GetValues<PartitionedLists>()), default, draw.Between(1, 20))).With(draw.Between(1, 5), draw.Between(1, 20));
            ScoredCandidate<int>[][] found = index.Search(queries, k, filter);
            for (int query = 0; query < found.Length; query++)
            {
                Assert.Equal(Math.Min(k, identifiers.Count(identifier => Admits(query, identifier))), found[query].Length);
                Assert.All(found[query], answer => Assert.True(Admits(query, answer.Identifier)));
                Assert.All(found[query], answer => Assert.Equal(identifiers[answer.Row], answer.Identifier));
                Assert.Equal(found[query].Length, found[query].Select(answer => answer.Row).Distinct().Count());
                float[] scores = PlainPartitions.Scores(index.Store, queries.Row(query));
                Assert.Equal(found[query].OrderByDescending(answer => answer.Score).ThenBy(answer => answer.Row), found[query]);
                Assert.All(found[query], answer => Assert.Equal(scores[answer.Row], answer.Score));
            }
        },
        cases: 200,
        size: 30);

    [Fact]
    public void Rows_that_a_filter_keeps_out_take_no_place_of_those_that_are_scored()
    {
        var draw = new Draw(94, 12);
        Tensor<float> candidates = PlainPartitions.Clustered(draw, 20_000, 16, 100), queries = draw.Tensor<float>(new Shape(60, 16));
        PartitionedIndex<int> index = PartitionedIndex<int>
            .Build(candidates, PlainPartitions.Numbers(20_000), new PartitionedOptions { Partitions = 100 }).With(10, 60);
        foreach (int modulus in (int[])[2, 10, 100, 1000])
        {
            var filter = new CandidateFilter<int> { Predicate = identifier => identifier % modulus == 1 };
            ScoredCandidate<int>[][] exact = new BruteForceIndex<int>(candidates, PlainPartitions.Numbers(20_000)).Search(queries, 10, filter);
            Assert.InRange(Recall(exact, index.Search(queries, 10, filter)), 0.85, 1);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Few_equal_short_and_zero_rows_are_indexed_as_others_are(PartitionedLists lists, PartitionedRescoring rescoring)
    {
        foreach ((int rows, int width, float value) in ((int, int, float)[])[(1, 1, 2), (1, 64, 0), (10, 3, 1.5f), (300, 100, 0.25f), (200, 1, 0), (70, 2, 1e-38f)])
        {
            var candidates = new Tensor<float>(new Shape(rows, width));
            candidates.Span.Fill(value);
            var query = new Tensor<float>(new Shape(1, width));
            query.Span.Fill(1);
            foreach (int? partitions in (int?[])[null, 1, 7])
            {
                PartitionedIndex<int> index = PartitionedIndex<int>.Build(
                    candidates, PlainPartitions.Numbers(rows), new PartitionedOptions { Partitions = partitions, Lists = lists, Rescoring = rescoring });
                ScoredCandidate<int>[] found = index.Search(query, 5)[0];
                Assert.Equal(Enumerable.Range(0, Math.Min(5, rows)), found.Select(answer => answer.Row));
                Assert.All(found, answer => Assert.Equal(width * value, answer.Score, 1e-5 + (0.01 * width * value)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_cosine_knows_no_lengths(PartitionedLists lists, PartitionedRescoring rescoring)
    {
        var draw = new Draw(95, 12);
        Tensor<float> candidates = PlainPartitions.Clustered(draw, 1000, 12, 10), queries = draw.Tensor<float>(new Shape(9, 12)), longer = candidates.Clone();
        for (int row = 0; row < 1000; row++)
        {
            foreach (ref float element in longer.Row(row))
            {
                element *= 1 << (row % 9);
            }
        }

        PartitionedOptions options = Options(lists, rescoring, 9);
        var index = PartitionedIndex<int>.Build(candidates, PlainPartitions.Numbers(1000), options, Similarity.Cosine);
        ScoredCandidate<int>[][] found = index.Search(queries, 10);
        Assert.Equal(found, PartitionedIndex<int>.Build(longer, PlainPartitions.Numbers(1000), options, Similarity.Cosine).Search(queries, 10));
        Assert.All(found, list => Assert.InRange(list[0].Score, 0.3f, 1.01f));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Results_that_are_used_again_allocate_nothing_with_and_without_a_filter(PartitionedLists lists, PartitionedRescoring rescoring)
    {
        var draw = new Draw(96, 12);
        Tensor<float> candidates = PlainPartitions.Clustered(draw, 3000, 8, 20), queries = draw.Tensor<float>(new Shape(3, 2, 8));
        PartitionedIndex<int> index = Build(candidates, lists, rescoring);
        var results = new TopKResults<int>();
        int[] some = [.. Enumerable.Range(0, 40)];
        foreach (CandidateFilter<int>? filter in (CandidateFilter<int>?[])
            [null, new() { Exclusions = [some, null, some] }, new() { Inclusions = [some, null, some] }, new() { Predicate = static identifier => identifier % 7 == 0 }])
        {
            Assert.Equal(0, Allocated.ByOneOf(() => index.Search(queries, 10, filter, results), warmUp: 5));
        }
    }

    [Fact]
    public void Memory_is_what_the_documentation_says()
    {
        var draw = new Draw(97, 12);
        Tensor<float> candidates = draw.Tensor<float>(new Shape(20_000, 64));
        Assert.InRange(PartitionedIndex<int>.Build(candidates, PlainPartitions.Numbers(20_000), new PartitionedOptions { Partitions = 40, Iterations = 2 }).StoredBytes / 20_000.0, 88, 92);
        Assert.InRange(
            PartitionedIndex<int>.Build(
                candidates, PlainPartitions.Numbers(20_000), new PartitionedOptions { Partitions = 40, Iterations = 2, Lists = PartitionedLists.EightBit }).StoredBytes / 20_000.0,
            72, 75);
    }

    internal static PartitionedOptions Options(PartitionedLists lists, PartitionedRescoring rescoring, int partitions) =>
        new() { Lists = lists, Rescoring = rescoring, Partitions = partitions, Probes = 4, Rescored = 40 };

    internal static PartitionedIndex<int> Build(Tensor<float> candidates, PartitionedLists lists, PartitionedRescoring rescoring) =>
        PartitionedIndex<int>.Build(candidates, PlainPartitions.Numbers(candidates.Shape.Rows), Options(lists, rescoring, 30));

    internal static double Recall(PartitionedIndex<int> index, Tensor<float> candidates, Tensor<float> queries) =>
        Recall(new BruteForceIndex<int>(candidates, index.Identifiers).Search(queries, 10), index.Search(queries, 10));

    internal static double Recall(ScoredCandidate<int>[][] exact, ScoredCandidate<int>[][] found) =>
        exact.Zip(found).Average(lists => lists.First.Count(answer => lists.Second.Any(other => other.Row == answer.Row)) / (double)lists.First.Length);

    /// <summary>Candidates that come some at a time.</summary>
    internal sealed class InBatches(Tensor<float> rows, int size) : ICandidateSource<int>
    {
        public int Count => rows.Shape.Rows;

        public int Dimensions => rows.Shape.RowLength;

        public IEnumerable<CandidateBatch<int>> ReadBatches()
        {
            for (int start = 0; start < Count; start += size)
            {
                int count = Math.Min(size, Count - start);
                yield return new CandidateBatch<int>(rows.Rows(start, count), [.. Enumerable.Range(start, count)]);
            }
        }
    }
}
