using System.Globalization;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Indexing;

/// <content>What is refused, and searches that end early.</content>
public abstract partial class IndexContract
{
    [Fact]
    public void A_cancelled_search_says_so()
    {
        ITopKIndex<int> index = Build<int>(new Tensor<float>(new Shape(4, 2)), [0, 1, 2, 3]);
        Assert.Throws<OperationCanceledException>(() => index.Search(new Tensor<float>(new Shape(1, 2)), 1, null, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void A_search_that_is_cancelled_while_a_predicate_is_asked_asks_little_more()
    {
        const int Count = 9000;
        ITopKIndex<int> index = Build<int>(new Draw(86, 12).Tensor<float>(new Shape(Count, 2)), [.. Enumerable.Range(0, Count)]);
        using var stop = new CancellationTokenSource();
        int asked = 0;
        var filter = new CandidateFilter<int> { Predicate = _ => Cancel() };
        Assert.Throws<OperationCanceledException>(() => index.Search(new Tensor<float>(new Shape(1, 2)), 1, filter, stop.Token));
        Assert.InRange(asked, 1, 2000);

        bool Cancel()
        {
            asked++;
            stop.Cancel();
            return true;
        }
    }

    [Fact]
    public void Queries_are_taken_up_to_1E15_and_beyond_that_by_the_cosine_alone()
    {
        Tensor<float> rows = new Draw(87, 12).Tensor<float>(new Shape(300, 5)), queries = new(new Shape(2, 2, 5));
        int[] identifiers = [.. Enumerable.Range(0, 300)];
        queries.Row(0).Fill(1e15f);
        queries.Row(1).Fill(-1e15f);
        rows.Row(7).Fill(GreatestOfRows);
        rows.Row(250).Fill(-GreatestOfRows);
        ITopKIndex<int> index = Build(rows, identifiers), cosine = Build(rows, identifiers, similarity: Similarity.Cosine);
        Assert.All(index.Search(queries, 300), found => Assert.Equal(300, found.Count(candidate => float.IsFinite(candidate.Score))));
        ScoredCandidate<int>[][] expected = cosine.Search(queries, 300);
        foreach (float wrong in (float[])[1.0001e15f, -3e38f])
        {
            queries.Row(1)[8] = wrong;
            Refusal.Of<ArgumentException>(
                () => index.Search(queries, 1), "queryEmbeddings", "magnitudes up to 1E+15", "row 1", "head 1, dimension 3", wrong.ToString(CultureInfo.InvariantCulture));
        }

        queries.Row(0).Fill(3e38f);
        queries.Row(1).Fill(-3e38f);
        Assert.Equal(expected, cosine.Search(queries, 300));
    }

    [Fact]
    public void A_wrong_k_query_or_filter_is_refused()
    {
        ITopKIndex<string> index = Build<string>(new Tensor<float>(new Shape(4, 2)), ["a", "b", "c", "d"]);
        Tensor<float> query = new(new Shape(1, 2));
        Assert.Throws<ArgumentOutOfRangeException>("k", () => index.Search(query, 0));
        Assert.Throws<ArgumentOutOfRangeException>("k", () => index.Search(query, -3));
        Assert.Throws<ArgumentNullException>("results", () => index.Search(query, 1, results: null!));
        Refusal.Of<ArgumentException>(() => index.Search(new Tensor<float>(new Shape(1, 3)), 1), "[queries, 2]", "[1, 3]");
        Refusal.Of<ArgumentException>(() => index.Search(new Tensor<float>(new Shape(2)), 1), "[queries, 2]", "not [2]");
        Refusal.Of<ArgumentException>(() => index.Search(new Tensor<float>(new Shape(1, 0, 2)), 1), "at least one head", "[1, 0, 2]");
        foreach (float wrong in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            Tensor<float> queries = new(new Shape(3, 2));
            queries.Row(2)[1] = wrong;
            Refusal.Of<ArgumentException>(() => index.Search(queries, 1), "row 2", "dimension 1", wrong.ToString(CultureInfo.InvariantCulture));
        }

        Refusal.Of<ArgumentException>(() => index.Search(query, 1, [["a"], null]), "each of the 1 queries, not 2", "'exclusions'");
        Refusal.Of<ArgumentException>(() => index.Search(query, 1, [["a", null!]]), "must not hold null", "query 0", "'exclusions'");
        Refusal.Of<ArgumentException>(
            () => index.Search(query, 1, new CandidateFilter<string> { Inclusions = [["a", null!]] }), "must not hold null", "query 0", "'inclusions'");
    }

    [Fact]
    public void A_corpus_that_is_empty_or_not_finite_or_of_another_number_than_its_identifiers_is_refused()
    {
        Refused(() => Build<string>(new Tensor<float>(new Shape(0, 2)), []), "at least one row", "[0, 2]");
        Refused(() => Build<string>(new Tensor<float>(new Shape(2)), ["a", "b"]), "[candidates, d]", "not [2]");
        Refused(() => Build<string>(default, []), "at least one row");
        Refused(() => Build<string>(new Tensor<float>(new Shape(3, 2)), ["a", "b"]), "3 rows", "not 2");
        Refused(() => Build<string>(new Tensor<float>(new Shape(3, 2)), ["a", "b", null!]), "must not hold null", "number 2");
        Refused(() => Build<string>(new Tensor<float>(new Shape(3, 2)), null!), "identifiers");
        foreach (float wrong in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            Tensor<float> rows = new(new Shape(3, 2));
            rows.Row(1)[0] = wrong;
            Refused(() => Build<string>(rows, ["a", "the bad one", "c"]), "row 1", "the bad one", "dimension 0", wrong.ToString(CultureInfo.InvariantCulture));
        }

        static void Refused(Action build, params ReadOnlySpan<string> words)
        {
            ArgumentException error = Assert.ThrowsAny<ArgumentException>(build);
            foreach (string word in words)
            {
                Assert.Contains(word, error.Message, StringComparison.Ordinal);
            }
        }
    }
}
