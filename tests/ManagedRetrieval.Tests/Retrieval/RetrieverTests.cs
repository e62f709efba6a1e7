using System.Globalization;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.Retrieval;
using ManagedRetrieval.Tests.Persistence;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Retrieval;

public sealed class RetrieverTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("retriever-tests-").FullName;

    private string Target => Path.Combine(_folder, "model.safetensors");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

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
            alone.Model, new BruteForceIndex<string>(alone.Index.Embeddings, alone.Index.Identifiers, team), team);
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

    [Fact]
    public async Task A_saved_file_loads_and_saves_again_to_the_same_bytes()
    {
        Retriever<string, string, string> retriever = RetrieverSamples.Text();
        await retriever.SaveAsync(Target);
        Retriever<string, string, string> loaded = await Retriever<string, string, string>.LoadAsync(Target);
        Assert.Equal(retriever.Retrieve("red fish", 9), loaded.Retrieve("red fish", 9));
        byte[] bytes = await File.ReadAllBytesAsync(Target);
        await loaded.SaveAsync(Target);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Target));
        Assert.Equal([Target], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public async Task Cancelling_a_save_in_the_middle_leaves_the_old_file_and_no_temporary()
    {
        const int Rows = 400_000;
        await File.WriteAllTextAsync(Target, "old");
        using var cancellation = new CancellationTokenSource();

        // One look for numbers that are not finite and one for the checksum, then one for every megabyte that is written.
        using var embeddings = new TripWire(3 * Rows, looks: 4, cancellation.Cancel) { Armed = false };
        var index = new BruteForceIndex<string>(new Tensor<float>(new Shape(Rows, 3), embeddings.Memory), [.. Enumerable.Repeat("", Rows)]);
        var retriever = new Retriever<string, string, string>(RetrieverSamples.Text().Model, index);
        embeddings.Armed = true;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => retriever.SaveAsync(Target, cancellation.Token));
        Assert.True(embeddings.Tripped);
        Assert.Equal("old", await File.ReadAllTextAsync(Target));
        Assert.Equal([Target], Directory.GetFileSystemEntries(_folder));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_parameter_that_is_trained_while_it_is_saved_is_reported_and_the_old_file_kept(bool query)
    {
        Retriever<string, string, string> old = RetrieverSamples.Text();
        await old.SaveAsync(Target);
        byte[] bytes = await File.ReadAllBytesAsync(Target);

        // One look for numbers that are not finite and one for the checksum, then one to write: the parameter changes before that.
        TripWire? values = null;
        values = new TripWire(12, looks: 3, () => values!.Memory.Span[5] += 0.5f) { Armed = false };
        var moving = new EmbeddingTable<float>("moving", new Tensor<float>(new Shape(4, 3), values.Memory));
        var still = new EmbeddingTable<float>("still", new Tensor<float>(new Shape(4, 3)));
        var feature = new TextFeature(new TextFeatureOptions { Buckets = 4 });
        var model = new TwoTowerModel<string, string>(
            feature, new EmbeddingBagTower<float>(query ? moving : still), feature, new EmbeddingBagTower<float>(query ? still : moving));
        Retriever<string, string, string> retriever = Retriever<string, string, string>.Build(model, ["a", "b"], ["a", "b"]);
        values.Armed = true;
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => retriever.SaveAsync(Target));
        Assert.True(values.Tripped);
        Assert.Contains("'moving' changed while it was being saved", failure.Message, StringComparison.Ordinal);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Target));
        Assert.Equal([Target], Directory.GetFileSystemEntries(_folder));
        Assert.Equal(old.Retrieve("red fish", 9), (await Retriever<string, string, string>.LoadAsync(Target)).Retrieve("red fish", 9));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public async Task Numbers_that_could_not_be_loaded_are_not_saved_and_the_old_file_is_kept(float value)
    {
        Retriever<string, string, string> retriever = RetrieverSamples.Text();
        await retriever.SaveAsync(Target);
        byte[] bytes = await File.ReadAllBytesAsync(Target);
        foreach ((string name, Tensor<float> tensor) in retriever.Model.Parameters.Select(parameter => (parameter.Name, parameter.Value)).Append(("index.embeddings", retriever.Index.Embeddings)))
        {
            int last = tensor.Shape.Length - 1;
            float before = tensor.Span[last];
            tensor.Span[last] = value;
            ArithmeticException refused = await Assert.ThrowsAsync<ArithmeticException>(() => retriever.SaveAsync(Target));
            Assert.Contains(
                string.Create(CultureInfo.InvariantCulture, $"'{name}' cannot be saved: element {last} is {value}, expected a finite number"), refused.Message, StringComparison.Ordinal);
            Assert.Equal(bytes, await File.ReadAllBytesAsync(Target));
            Assert.Equal([Target], Directory.GetFileSystemEntries(_folder));
            tensor.Span[last] = before;
        }

        await retriever.SaveAsync(Target);
    }

    [Fact]
    public async Task A_cancelled_token_stops_building_saving_and_loading()
    {
        var cancelled = new CancellationToken(canceled: true);
        Retriever<string, string, string> retriever = RetrieverSamples.Text();
        Assert.Throws<OperationCanceledException>(() => Retriever<string, string, string>.Build(
            retriever.Model, RetrieverSamples.Titles, RetrieverSamples.Titles, cancellationToken: cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => retriever.SaveAsync(Target, cancelled));
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
        await retriever.SaveAsync(Target);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Retriever<string, string, string>.LoadAsync(Target, cancellationToken: cancelled));
    }

    [Fact]
    public async Task What_cannot_be_saved_is_refused_and_leaves_no_file()
    {
        Retriever<string, string, string> text = RetrieverSamples.Text();
        Tensor<float> embeddings = text.Index.Embeddings.Rows(0, 1);
        await Assert.ThrowsAsync<ArgumentException>(
            () => new Retriever<string, string, string>(text.Model, new BruteForceIndex<string>(embeddings, ["\ud800"])).SaveAsync(Target));
        var guids = new Retriever<string, string, Guid>(text.Model, new BruteForceIndex<Guid>(embeddings, [Guid.Empty]));
        Assert.Contains("System.Guid", (await Assert.ThrowsAsync<NotSupportedException>(() => guids.SaveAsync(Target))).Message, StringComparison.Ordinal);

        // The index's own name for its embeddings.
        var table = new EmbeddingTable<float>("index.embeddings", new Tensor<float>(new Shape(4, 3)));
        var feature = new TextFeature(new TextFeatureOptions { Buckets = 4 });
        var tower = new EmbeddingBagTower<float>(table, BagCombiner.Mean);
        var clash = new Retriever<string, string, string>(
            new TwoTowerModel<string, string>(feature, tower, feature, tower), new BruteForceIndex<string>(embeddings, ["a"]));
        Assert.Contains("'index.embeddings'", (await Assert.ThrowsAsync<ArgumentException>(() => clash.SaveAsync(Target))).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public async Task A_file_that_is_missing_or_foreign_is_named()
    {
        await Assert.ThrowsAsync<FileNotFoundException>(() => Retriever<string, string, string>.LoadAsync(Target));
        await Samples.Small().WriteAsync(Target);
        var foreign = await Assert.ThrowsAsync<SnapshotFormatException>(() => Retriever<string, string, string>.LoadAsync(Target));
        Assert.Contains($"'{Target}': holds no model of this library", foreign.Message, StringComparison.Ordinal);
    }
}
