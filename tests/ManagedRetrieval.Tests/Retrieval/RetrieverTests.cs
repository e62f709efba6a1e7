using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Retrieval;
using ManagedRetrieval.Tests.Towers;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Retrieval;

public class RetrieverTests
{
    [Fact]
    public void Answers_are_dot_products_of_the_embeddings_best_first()
    {
        Retriever<string, string, string> retriever = RetrieverSamples.Text();
        Tensor<float> query = retriever.Model.EmbedQueries(["red fish"]);
        Tensor<float> candidates = retriever.Model.EmbedCandidates(RetrieverSamples.Titles);
        ScoredCandidate<string>[] answers = retriever.Retrieve("red fish", 10);
        Assert.Equal(RetrieverSamples.Titles.Length, answers.Length);
        Assert.Equal(Enumerable.Range(0, answers.Length), answers.Select(answer => answer.Row).Order());
        Assert.Equal(answers.Select(answer => answer.Score).OrderDescending(), answers.Select(answer => answer.Score));
        Assert.All(answers, answer =>
        {
            Assert.Equal($"{answer.Row}: {RetrieverSamples.Titles[answer.Row]}", answer.Identifier);
            double expected = 0;
            for (int d = 0; d < retriever.Model.Dimensions; d++)
            {
                expected += (double)query.Row(0)[d] * candidates.Row(answer.Row)[d];
            }

            Assert.Equal(expected, answer.Score, 1e-6);
        });
    }

    [Fact]
    public void A_query_gets_the_same_answer_alone_in_a_batch_and_from_a_team()
    {
        string[] queries = [.. Enumerable.Range(0, 40).Select(i => $"fish {i} red{i % 7}")];
        Retriever<string, string, string> alone = RetrieverSamples.Text();
        using var team = new WorkerTeam(3);
        var shared = new Retriever<string, string, string>(
            alone.Model, new BruteForceIndex<string>(((BruteForceIndex<string>)alone.Index).Embeddings, ((BruteForceIndex<string>)alone.Index).Identifiers, team), team);
        ScoredCandidate<string>[][] batch = shared.Retrieve(queries, 4);
        for (int i = 0; i < queries.Length; i++)
        {
            Assert.Equal(alone.Retrieve(queries[i], 4), batch[i]);
        }
    }

    [Fact]
    public void A_text_without_a_word_gets_the_first_candidates_at_zero_where_the_tower_has_no_bias()
    {
        Retriever<string, string, string> retriever = RetrieverSamples.Text(new TwoTowerOptions { Dimensions = 3, Linear = false });
        foreach (string text in new[] { "", "   ", "!?", "\ud800" })
        {
            Assert.Equal([0, 1, 2], retriever.Retrieve(text, 3).Select(answer => answer.Row));
            Assert.All(retriever.Retrieve(text, 3), answer => Assert.Equal(0, answer.Score));
        }
    }

    [Fact]
    public void A_text_without_a_word_is_embedded_as_the_bias_where_there_is_one()
    {
        Retriever<string, string, string> retriever = RetrieverSamples.Text(new TwoTowerOptions { Dimensions = 3, Linear = true, Normalize = false });
        ScoredCandidate<string>[] answers = retriever.Retrieve("!?", 10);
        Assert.Equal(retriever.Index.Count, answers.Length);
        Assert.All(answers, answer => Assert.True(float.IsFinite(answer.Score) && answer.Score != 0, $"{answer}"));
        Assert.Equal(answers, retriever.Retrieve("", 10));
        Assert.Equal(retriever.Model.QueryTower.Linear!.Bias.Value.Span, retriever.Model.EmbedQueries(["!?"]).Row(0));
    }

    [Fact]
    public void Identifiers_that_are_excluded_are_not_among_the_answers()
    {
        Retriever<string, string, string> retriever = RetrieverSamples.Text();
        ScoredCandidate<string>[] all = retriever.Retrieve("red fish", 10);
        string[] unwanted = [all[0].Identifier, all[^1].Identifier, "no candidate"];
        Assert.Equal(all[1..^1], retriever.Retrieve("red fish", 10, unwanted));
        Assert.Equal(all[1], Assert.Single(retriever.Retrieve("red fish", 1, unwanted)));
        Assert.Equal([all, all[1..^1], all], retriever.Retrieve(["red fish", "red fish", "red fish"], 10, [null, unwanted, []]));
        Assert.Empty(retriever.Retrieve("red fish", 10, [.. all.Select(answer => answer.Identifier)]));
        Assert.Contains("2 queries", Assert.Throws<ArgumentException>("exclusions", () => retriever.Retrieve(["a", "b"], 1, [[]])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_answered_is_refused()
    {
        Retriever<string, string, string> retriever = RetrieverSamples.Text();
        Assert.Throws<ArgumentOutOfRangeException>(() => retriever.Retrieve("fish", 0));
        Assert.Throws<ArgumentNullException>("query", () => retriever.Retrieve((string)null!, 1));
        Assert.Contains("number 1", Assert.Throws<ArgumentException>("queries", () => retriever.Retrieve(["fish", null!], 1)).Message, StringComparison.Ordinal);
        Assert.Empty(retriever.Retrieve(Array.Empty<string>(), 1));

        Retriever<int, int, int> known = RetrieverSamples.Ids([1, 2], [3, 4], [5, 6], buckets: 0);
        Assert.Equal(2, known.Retrieve(2, 9).Length);
        Assert.Contains("'7'", Assert.Throws<KeyNotFoundException>(() => known.Retrieve(7, 1)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_query_whose_embedding_is_not_finite_is_refused(float value)
    {
        Retriever<string, string, string> retriever = RetrieverSamples.Text(new TwoTowerOptions { Dimensions = 3, Linear = false, Normalize = false });
        retriever.Model.QueryTower.Table.Value.Span.Fill(value);
        Assert.Contains("not finite", Assert.Throws<ArithmeticException>(() => retriever.Retrieve("fish", 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Model_and_index_must_agree_in_dimensions()
    {
        Retriever<string, string, string> retriever = RetrieverSamples.Text();
        var other = new BruteForceIndex<string>(new Tensor<float>(new Shape(2, 4)), ["a", "b"]);
        var refused = Assert.Throws<ArgumentException>(() => new Retriever<string, string, string>(retriever.Model, other));
        Assert.Contains("The model has 3 dimensions, but the index 4.", refused.Message, StringComparison.Ordinal);
    }
}
