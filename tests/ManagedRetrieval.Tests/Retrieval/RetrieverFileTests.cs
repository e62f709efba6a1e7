using System.Globalization;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.Retrieval;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Tests.Persistence;
using ManagedRetrieval.Tests.Towers;

namespace ManagedRetrieval.Tests.Retrieval;

/// <summary>Saving and loading; what goes wrong leaves the old file as it was.</summary>
public sealed class RetrieverFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("retriever-tests-").FullName;

    private string Target => Path.Combine(_folder, "model.safetensors");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

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
        var model = BagTower.Model(
            feature, BagTower.Of<float>(query ? moving : still), feature, BagTower.Of<float>(query ? still : moving));
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
        foreach ((string name, Tensor<float> tensor) in retriever.Model.Parameters.Select(parameter => (parameter.Name, parameter.Value)).Append(("index.embeddings", ((BruteForceIndex<string>)retriever.Index).Embeddings)))
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
        Tensor<float> embeddings = ((BruteForceIndex<string>)text.Index).Embeddings.Rows(0, 1);
        ArgumentException surrogate = await Assert.ThrowsAsync<ArgumentException>(
            () => new Retriever<string, string, string>(text.Model, new BruteForceIndex<string>(embeddings, ["\ud800"])).SaveAsync(Target));
        Assert.Equal("Text 0 of 'index.identifiers' holds half of a surrogate pair.", surrogate.Message);
        var guids = new Retriever<string, string, Guid>(text.Model, new BruteForceIndex<Guid>(embeddings, [Guid.Empty]));
        Assert.Contains("System.Guid", (await Assert.ThrowsAsync<NotSupportedException>(() => guids.SaveAsync(Target))).Message, StringComparison.Ordinal);

        // The index's own name for its embeddings.
        var table = new EmbeddingTable<float>("index.embeddings", new Tensor<float>(new Shape(4, 3)));
        var feature = new TextFeature(new TextFeatureOptions { Buckets = 4 });
        var tower = BagTower.Of<float>(table, BagCombiner.Mean);
        var clash = new Retriever<string, string, string>(
            BagTower.Model(feature, tower, feature, tower), new BruteForceIndex<string>(embeddings, ["a"]));
        Assert.Contains("'index.embeddings'", (await Assert.ThrowsAsync<ArgumentException>(() => clash.SaveAsync(Target))).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public async Task A_model_that_was_trained_after_its_index_was_built_is_not_saved_nor_joined_with_it()
    {
        Retriever<string, string, string> retriever = RetrieverSamples.Text();
        await retriever.SaveAsync(Target);
        byte[] before = await File.ReadAllBytesAsync(Target);
        retriever.Model.Parameters[^1].Value.Span[0] += 1;
        Refusal.Of<ArgumentException>(() => _ = new Retriever<string, string, string>(retriever.Model, retriever.Index), "stale", "'index'");
        InvalidOperationException refused = await Assert.ThrowsAsync<InvalidOperationException>(() => retriever.SaveAsync(Target));
        Assert.Contains("build the index anew", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(Target));
    }

    [Fact]
    public void A_stale_index_is_refused_with_other_settings_and_below_a_live_one_too()
    {
        Retriever<string, string, string> retriever = RetrieverSamples.Text();
        var rows = (BruteForceIndex<string>)retriever.Index;
        var candidates = new TensorCandidates<string>(rows.Embeddings, rows.Identifiers);
        PartitionedIndex<string> index = PartitionedIndex<string>.Build(candidates);
        _ = new Retriever<string, string, string>(retriever.Model, index);
        PartitionedIndex<string> other = index.With(1, 1), tuned = index.Tune(0.5, rows.Embeddings.Rows(0, 2), candidates, 1);
        Assert.Equal((rows.ModelVersion, rows.ModelVersion), (other.ModelVersion, tuned.ModelVersion));
        var live = new LiveIndex<string>(index, candidates, (source, cancellationToken) => PartitionedIndex<string>.Build(source, cancellationToken: cancellationToken));
        _ = new Retriever<string, string, string>(retriever.Model, live);
        retriever.Model.Parameters[^1].Value.Span[0] += 1;
        foreach (ITopKIndex<string> stale in (ITopKIndex<string>[])[other, tuned, live, live.Snapshot()])
        {
            Refusal.Of<ArgumentException>(() => _ = new Retriever<string, string, string>(retriever.Model, stale), "stale", "'index'");
        }
    }

    [Fact]
    public void An_index_of_another_models_rows_is_refused_where_a_file_holds_both()
    {
        byte[] whole = RetrieverSamples.Bytes(RetrieverSamples.Text());
        SafetensorsFile file = Samples.Load(whole);
        float[] bias = file.GetFloats("query.linear.bias");
        bias[0] += 1;
        RetrieverSamples.Refused<string, string, string>(RetrieverSamples.WithTensor(whole, "query.linear.bias", writer => writer.AddCopy("query.linear.bias", bias, bias.Length)), "it is stale");
    }

    [Fact]
    public void A_file_of_version_2_which_knew_no_versions_of_models_still_answers_the_same()
    {
        Retriever<string, string, string> retriever = RetrieverSamples.Text();
        byte[] bytes = RetrieverSamples.Bytes(retriever);
        Retriever<string, string, string> old = RetrieverSamples.Read<string, string, string>(RetrieverSamples.AsVersion2(bytes));
        Assert.Equal(retriever.Retrieve(RetrieverSamples.Titles, 9), old.Retrieve(RetrieverSamples.Titles, 9));
        Assert.Equal(bytes, RetrieverSamples.Bytes(old));
    }

    [Fact]
    public async Task A_mapped_file_answers_the_same_and_damage_is_found_by_verifying()
    {
        foreach (string[] ids in (string[][])[["x", "y", "z"], ["", "ż", "🐢"]])
        {
            Retriever<long, int, string> retriever = RetrieverSamples.Ids([4L, long.MinValue], [7, 8, -9], ids);
            await retriever.SaveAsync(Target);
            Retriever<long, int, string> mapped = Retriever<long, int, string>.Map(Target);
            mapped.Verify();
            Assert.Equal(retriever.Retrieve([4L, 5, 6], 9, [["x"], ["y", "🐢"], []]), mapped.Retrieve([4L, 5, 6], 9, [["x"], ["y", "🐢"], []]));
            Assert.Equal(RetrieverSamples.Bytes(retriever), RetrieverSamples.Bytes(mapped));
        }

        await CheckNumbers([1, -2, int.MaxValue]);
        await CheckNumbers([1L << 40, -2, long.MinValue]);
        byte[] bytes = await File.ReadAllBytesAsync(Target);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(Target, bytes);
        Retriever<long, int, long> damaged = Retriever<long, int, long>.Map(Target);
        Assert.Throws<SnapshotFormatException>(() => damaged.Verify());

        async Task CheckNumbers<TId>(TId[] ids)
            where TId : notnull
        {
            Retriever<long, int, TId> retriever = RetrieverSamples.Ids([4L, 5], [7, 8, -9], ids);
            await retriever.SaveAsync(Target);
            Retriever<long, int, TId> mapped = Retriever<long, int, TId>.Map(Target);
            Assert.Equal(retriever.Retrieve([4L, 5, 6], 9, [[ids[0]], null, null]), mapped.Retrieve([4L, 5, 6], 9, [[ids[0]], null, null]));
            Assert.Equal(ids, ((BruteForceIndex<TId>)mapped.Index).Identifiers);
        }
    }

    [Fact]
    public async Task A_file_that_is_missing_or_foreign_is_named()
    {
        await Assert.ThrowsAsync<FileNotFoundException>(() => Retriever<string, string, string>.LoadAsync(Target));
        await Samples.Small().WriteAsync(Target);
        var foreign = await Assert.ThrowsAsync<SnapshotFormatException>(() => Retriever<string, string, string>.LoadAsync(Target));
        Assert.Contains($"'{Target}': holds no model of this library", foreign.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probabilities_that_went_wrong_after_they_were_set_are_not_saved()
    {
        Retriever<string, string, string> retriever = RetrieverSamples.Text();
        await retriever.SaveAsync(Target);
        byte[] before = await File.ReadAllBytesAsync(Target);
        float[] probabilities = [.. Enumerable.Repeat(0.1f, retriever.Index.Count)];
        retriever.CandidateSamplingProbability = probabilities;
        probabilities[2] = float.NaN;
        ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(() => retriever.SaveAsync(Target));
        Assert.Contains("number 2 is NaN", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(Target));
    }
}
