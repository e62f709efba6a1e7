using System.Globalization;
using System.Numerics;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Metrics;

/// <summary>Positives that are given by their embedding: which rows of the corpus are theirs.</summary>
public class FactorizedTopKIdentityTests
{
    [Fact]
    public void No_row_that_bears_the_positives_identifier_competes_with_it() => RandomCases.Check(
        draw =>
        {
            ByIdentifier(new CorpusCase<float>(draw), draw);
            ByIdentifier(new CorpusCase<double>(draw), draw);
        },
        cases: 200,
        size: 25);

    [Fact]
    public void Without_identifiers_one_exact_tie_is_the_positives_own_copy() => RandomCases.Check(
        draw =>
        {
            ByEmbedding(new CorpusCase<float>(draw));
            ByEmbedding(new CorpusCase<double>(draw));
        },
        cases: 200,
        size: 25);

    [Fact]
    public void A_positive_of_the_corpus_has_the_same_ranks_by_row_by_identifier_and_by_embedding() => RandomCases.Check(
        draw =>
        {
            var known = new CorpusCase<float>(draw);
            int[] positives = draw.Ids(known.QueryCount, known.CandidateCount);
            Tensor<float> rows = new(new Shape(known.QueryCount, known.Width));
            for (int query = 0; query < positives.Length; query++)
            {
                known.Candidates.Row(positives[query]).CopyTo(rows.Row(query));
            }

            int[] identifiers = [.. Enumerable.Range(0, known.CandidateCount).Select(row => 7 * row)];
            QueryRanks byRow = FactorizedTopK.Rank(known.Queries, known.Candidates, positives);
            Same(byRow, FactorizedTopK.RankByEmbedding(known.Queries, known.Candidates, rows));
            Same(byRow, FactorizedTopK.RankByIdentifier(known.Queries, known.Candidates, identifiers, rows, positives.Select(row => 7 * row).ToArray()));
        },
        cases: 200,
        size: 25);

    [Fact]
    public void Duplicates_compete_unless_they_bear_the_positives_identifier()
    {
        // The positive, its copy of the same name, its copy of another name, and one that is better.
        Tensor<float> candidates = Tensor<float>.Of(new float[,] { { 2 }, { 2 }, { 2 }, { 3 } });
        Tensor<float> query = Tensor<float>.Of(new float[,] { { 1 } }), positive = Tensor<float>.Of(new float[,] { { 2 } });
        string[] names = ["a", "a", "b", "c"];
        QueryRanks byName = FactorizedTopK.RankByIdentifier(query, candidates, names, positive, new[] { "a" });
        Assert.Equal([new RankBlock(1, 1, 1, 0)], byName[0].ToArray());
        Assert.Equal(2, byName.Negatives(0));
        QueryRanks unknown = FactorizedTopK.RankByIdentifier(query, candidates, names, positive, new[] { "A" });
        Assert.Equal([new RankBlock(1, 3, 1, 0)], unknown[0].ToArray());
        Assert.Equal(4, unknown.Negatives(0));
        QueryRanks unnamed = FactorizedTopK.RankByEmbedding(query, candidates, positive);
        Assert.Equal([new RankBlock(1, 2, 1, 0)], unnamed[0].ToArray());
        Assert.Equal(3, unnamed.Negatives(0));
    }

    [Fact]
    public void Only_one_tie_is_the_positives_own_and_none_where_nothing_ties()
    {
        Tensor<double> candidates = Tensor<double>.Of(new double[,] { { 2 }, { 2 }, { 1 } });
        Tensor<double> queries = Tensor<double>.Of(new double[,] { { 1 }, { 1 } }), positives = Tensor<double>.Of(new double[,] { { 2 }, { 1.5 } });
        QueryRanks ranks = FactorizedTopK.RankByEmbedding(queries, candidates, positives);
        Assert.Equal([new RankBlock(0, 1, 1, 0)], ranks[0].ToArray());
        Assert.Equal([new RankBlock(2, 0, 1, 0)], ranks[1].ToArray());
        Assert.Equal((2, 3), (ranks.Negatives(0), ranks.Negatives(1)));
        Assert.Equal(new RankingCounts(6, 1, 0, 0), ranks.Counts);

        // Both copies excluded: the positive stands alone above the last candidate.
        QueryRanks alone = FactorizedTopK.RankByEmbedding(queries, candidates, positives, RankReference.Ragged([[1, 0], []]));
        Assert.Equal([new RankBlock(0, 0, 1, 0)], alone[0].ToArray());
        Assert.Equal(1, alone.Negatives(0));
    }

    [Fact]
    public void Identifiers_whose_low_bits_are_alike_are_told_apart()
    {
        long[] identifiers = [.. Enumerable.Range(0, 300).Select(row => (row / 2L) << 40)];
        var corpus = new IdRows(identifiers);
        var found = new RaggedIds();
        for (int row = 0; row < 300; row++)
        {
            corpus.Find(identifiers, row, found);
            Assert.Equal([row / 2 * 2, (row / 2 * 2) + 1], found[row].ToArray());
        }

        corpus.Find(new[] { 1L, 300L << 40 }, 1, found);
        Assert.Equal(0, found[300].Length);
    }

    [Fact]
    public void Workers_change_nothing()
    {
        var known = new CorpusCase<float>(new Draw(36, 12), 150, 700);
        Tensor<float> positives = known.TrueCandidates();
        RaggedIds excluded = RankReference.Ragged(known.Excluded);
        int[] identifiers = new Draw(37, 12).Ids(700, 90), own = new Draw(38, 12).Ids(150, 100);
        QueryRanks byEmbedding = FactorizedTopK.RankByEmbedding(known.Queries, known.Candidates, positives, excluded);
        QueryRanks byIdentifier = FactorizedTopK.RankByIdentifier(known.Queries, known.Candidates, identifiers, positives, own, excluded);
        foreach (int workers in (int[])[2, 3])
        {
            using var team = new WorkerTeam(workers);
            Same(byEmbedding, FactorizedTopK.RankByEmbedding(known.Queries, known.Candidates, positives, excluded, team));
            Same(byIdentifier, FactorizedTopK.RankByIdentifier(known.Queries, known.Candidates, identifiers, positives, own, excluded, team));
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Tensor<float> queries = new(new Shape(2, 3, 4)), candidates = new(new Shape(3, 4)), positives = new(new Shape(2, 4));
        Refused("trueCandidates", "[2, 4], one row for each query, not [3, 4]", () => FactorizedTopK.RankByEmbedding(queries, candidates, candidates));
        Refused("trueCandidates", "[2, 4], one row for each query, not [2, 3, 4]", () => FactorizedTopK.RankByEmbedding(queries, candidates, queries));
        Refused("trueCandidates", "not [2, 5]", () => FactorizedTopK.RankByEmbedding(queries, candidates, new Tensor<float>(new Shape(2, 5))));
        Refused("candidateEmbeddings", "[N, 4], not [3, 5]", () => FactorizedTopK.RankByEmbedding(queries, new Tensor<float>(new Shape(3, 5)), positives));
        Refused("candidateEmbeddings", "at least one row", () => FactorizedTopK.RankByEmbedding(queries, candidates.Rows(0, 0), positives));
        Refused("queryEmbeddings", "not [4]", () => FactorizedTopK.RankByEmbedding(new Tensor<float>(new Shape(4)), candidates, positives));
        Refused("excluded", "not 0", () => FactorizedTopK.RankByEmbedding(queries, candidates, positives, new RaggedIds()));
        Named("trueCandidates", "not [3, 4]", new[] { 1, 2, 3 }, new[] { 1, 2 }, candidates);
        Named("identifiers", "each of the 3 rows of the corpus, not 2", new[] { 1, 2 }, new[] { 1, 2 });
        Named("identifiers", "each of the 3 rows of the corpus, not 0", default, new[] { 1, 2 });
        Named("identifiers", "must not hold null, but number 1 is", new[] { "a", null!, "b" }, new[] { "a", "b" });
        Named("trueIdentifiers", "each of the 2 queries, not 1", new[] { 1, 2, 3 }, new[] { 1 });
        Named("trueIdentifiers", "each of the 2 queries, not 0", new[] { 1, 2, 3 }, default);
        Named("trueIdentifiers", "identifiers, int, not long", new[] { 1, 2, 3 }, new[] { 1L, 2L });
        Named("trueIdentifiers", "identifiers, long, not string", new[] { 1L, 2, 3 }, new[] { "1", "2" });
        Named("trueIdentifiers", "must not hold null, but number 0 is", new[] { "a", "b", "c" }, new[] { null!, "b" });

        void Named(string argument, string part, CandidateIds identifiers, CandidateIds trueIdentifiers, Tensor<float>? own = null) => Refused(
            argument, part, () => FactorizedTopK.RankByIdentifier(queries, candidates, identifiers, own ?? positives, trueIdentifiers));

        static void Refused(string argument, string part, Func<QueryRanks> call) =>
            Assert.Contains(part, Assert.Throws<ArgumentException>(argument, call).Message, StringComparison.Ordinal);
    }

    private static void ByIdentifier<T>(CorpusCase<T> known, Draw draw)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int[] identifiers = draw.Ids(known.CandidateCount, draw.Between(1, known.CandidateCount));
        int[] own = draw.Ids(known.QueryCount, known.CandidateCount + 1);
        Tensor<T> positives = known.TrueCandidates();
        double[][] scores = RankReference.Scores(known.Queries, known.Candidates);
        double[] ownScores = RankReference.OwnScores(known.Queries, positives);
        var reference = new RankReference();
        for (int query = 0; query < own.Length; query++)
        {
            reference.Add(
                scores[query].Where((_, row) => identifiers[row] != own[query] && !known.Excluded[query].Contains(row)), [ownScores[query]]);
        }

        RaggedIds excluded = RankReference.Ragged(known.Excluded);
        foreach ((CandidateIds corpus, CandidateIds queries) in (ReadOnlySpan<(CandidateIds, CandidateIds)>)
            [(identifiers, own), (Longs(identifiers), Longs(own)), (Strings(identifiers), Strings(own))])
        {
            reference.AssertSame(
                FactorizedTopK.RankByIdentifier(known.Queries, known.Candidates, corpus, positives, queries, excluded), known.CandidateCount);
        }

        static long[] Longs(int[] ids) => [.. ids.Select(id => id * (1L << 33))];
        static string[] Strings(int[] ids) => [.. ids.Select(id => id.ToString(CultureInfo.InvariantCulture))];
    }

    [Fact]
    public void Every_way_to_rank_refuses_a_corpus_of_another_width()
    {
        Tensor<float> queries = new(new Shape(1, 2)), corpus = new(new Shape(3, 4)), own = new(new Shape(1, 2));
        RaggedIds lists = RankReference.Ragged([[0]]);
        Refused(() => FactorizedTopK.Rank(queries, corpus, [0]));
        Refused(() => FactorizedTopK.Rank(queries, corpus, lists));
        Refused(() => FactorizedTopK.RankByIdentifier(queries, corpus, new[] { 1, 2, 3 }, own, new[] { 1 }));
        Refused(() => FactorizedTopK.RankByEmbedding(queries, corpus, own));

        static void Refused(Action rank) => Assert.Contains(
            "[N, 2], not [3, 4]", Assert.Throws<ArgumentException>("candidateEmbeddings", rank).Message, StringComparison.Ordinal);
    }

    private static void ByEmbedding<T>(CorpusCase<T> known)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor<T> positives = known.TrueCandidates();
        double[][] scores = RankReference.Scores(known.Queries, known.Candidates);
        double[] ownScores = RankReference.OwnScores(known.Queries, positives);
        var reference = new RankReference();
        for (int query = 0; query < ownScores.Length; query++)
        {
            List<double> left = [.. scores[query].Where((_, row) => !known.Excluded[query].Contains(row))];

            // Equals, not ==: NaN is taken for a copy of NaN; and zeros of both signs tie.
            int copy = left.FindIndex(score => score == ownScores[query] || score.Equals(ownScores[query]));
            if (copy >= 0)
            {
                left.RemoveAt(copy);
            }

            reference.Add(left, [ownScores[query]]);
        }

        reference.AssertSame(
            FactorizedTopK.RankByEmbedding(known.Queries, known.Candidates, positives, RankReference.Ragged(known.Excluded)), known.CandidateCount);
    }

    private static void Same(QueryRanks expected, QueryRanks actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        Assert.Equal(expected.Counts, actual.Counts);
        for (int query = 0; query < expected.Count; query++)
        {
            Assert.Equal(expected[query].ToArray(), actual[query].ToArray());
            Assert.Equal(expected.Negatives(query), actual.Negatives(query));
        }
    }
}
