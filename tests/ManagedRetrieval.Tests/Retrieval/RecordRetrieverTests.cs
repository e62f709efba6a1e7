using System.Text.Json.Nodes;
using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Features;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.Retrieval;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Tests.Persistence;
using ManagedRetrieval.Tests.Towers;
using ManagedRetrieval.Tests.Training;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Tests.Retrieval;

/// <summary>Files of models whose towers read several features of records.</summary>
public sealed class RecordRetrieverTests
{
    private static readonly Rating[] Ratings = RecordSamples.Ratings(40);
    private static readonly Movie[] Movies = RecordSamples.Corpus();

    public static TheoryData<HistoryKind, bool> Kinds
    {
        get
        {
            var kinds = new TheoryData<HistoryKind, bool>();
            foreach (HistoryKind kind in Enum.GetValues<HistoryKind>())
            {
                kinds.Add(kind, false);
                kinds.Add(kind, true);
            }

            return kinds;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_model_with_a_feature_of_every_type_is_the_same_to_the_bit_after_a_round_trip(HistoryKind kind, bool more)
    {
        Retriever<Rating, Movie, long> retriever = Make(kind, more);
        byte[] bytes = RetrieverSamples.Bytes(retriever);
        Retriever<Rating, Movie, long> loaded = Read(bytes);
        Assert.Equal(bytes, RetrieverSamples.Bytes(loaded));
        Agree.Exactly<float>("queries", retriever.Model.EmbedQueries(Ratings).Span, loaded.Model.EmbedQueries(Ratings).Span);
        Agree.Exactly<float>("candidates", retriever.Model.EmbedCandidates(Movies).Span, loaded.Model.EmbedCandidates(Movies).Span);
        Assert.Equal(retriever.Retrieve(Ratings, 5), loaded.Retrieve(Ratings, 5));
        Assert.Equal(retriever.Model.MatryoshkaDimensions, loaded.Model.MatryoshkaDimensions);
        Assert.Equal(retriever.Model.QueryFeatures.Names, loaded.Model.QueryFeatures.Names);
        Assert.Equal(retriever.Model.Parameters.Select(parameter => parameter.Name), loaded.Model.Parameters.Select(parameter => parameter.Name));
        Assert.Equal(retriever.Annotations, loaded.Annotations);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_model_that_was_read_trains_on_as_the_one_that_was_saved(HistoryKind kind, bool more)
    {
        // Dropout is decided by seeds that must come back too, and tables must be shared as before.
        Retriever<Rating, Movie, long> retriever = Make(kind, more), loaded = Read(RetrieverSamples.Bytes(retriever));
        Assert.Equal(Train(retriever.Model), Train(loaded.Model));

        static float[] Train(TwoTowerModel<Rating, Movie> model)
        {
            RetrievalDataset data = RetrievalDataset.Encode(model, Ratings, Movies, new Draw(8, 4).Ids(Ratings.Length, Movies.Length));
            new Trainer(model, new RetrievalTask<float>(new() { Temperature = 0.2, RemoveAccidentalHits = true }), new Adagrad<float>(0.1)).Fit(data, new() { Epochs = 2, BatchSize = 16 });
            return TrainerTests.Values(model);
        }
    }

    [Fact]
    public async Task A_file_is_read_with_bindings()
    {
        Retriever<Rating, Movie, long> retriever = Make(HistoryKind.Mean, more: true);
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            await retriever.SaveAsync(path);
            Retriever<Rating, Movie, long> loaded = await Retriever<Rating, Movie, long>.LoadAsync(path, RecordSamples.QueryBindings, RecordSamples.CandidateBindings);
            Assert.Equal(retriever.Retrieve(Ratings, 3), loaded.Retrieve(Ratings, 3));
            SnapshotFormatException refused = await Assert.ThrowsAsync<SnapshotFormatException>(() => Retriever<Rating, Movie, long>.LoadAsync(path));
            Assert.Contains("Feature 'user': the model's feature takes int ids, asked for ManagedRetrieval.Tests.Towers.Rating", refused.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<ArgumentNullException>(() => Retriever<Rating, Movie, long>.LoadAsync(path, null!, RecordSamples.CandidateBindings));
            await Assert.ThrowsAsync<ArgumentNullException>(() => Retriever<Rating, Movie, long>.LoadAsync(path, RecordSamples.QueryBindings, null!));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Bindings_that_do_not_fit_are_refused_with_the_names()
    {
        byte[] bytes = RetrieverSamples.Bytes(Make(HistoryKind.Mean, more: false));
        Refused("The candidate feature 'year' is not bound; the model's features are 'id', 'title', 'genres', 'year', 'studio'", new FeatureBindings<Movie>()
            .Bind("id", movie => movie.Id).Bind("title", movie => movie.Title).Bind("genres", movie => movie.Genres).Bind("studio", movie => movie.Studio));
        Refused("The model has no candidate feature 'budget'; its features are 'id', 'title', 'genres', 'year', 'studio'", RecordSamples.CandidateBindings.Bind("budget", movie => movie.Year));
        Refused("Feature 'year': the model's feature takes numbers, asked for string", new FeatureBindings<Movie>()
            .Bind("id", movie => movie.Id).Bind("title", movie => movie.Title).Bind("genres", movie => movie.Genres).Bind("year", movie => movie.Title).Bind("studio", movie => movie.Studio));
        Refused("Feature 'id': the model's feature takes long ids, asked for int", new FeatureBindings<Movie>()
            .Bind("id", movie => (int)movie.Id).Bind("title", movie => movie.Title).Bind("genres", movie => movie.Genres).Bind("year", movie => movie.Year).Bind("studio", movie => movie.Studio));

        void Refused(string problem, FeatureBindings<Movie> bindings) => Refusal.Of<SnapshotFormatException>(
            () => RetrieverSnapshot.Read<Rating, Movie, long>(Samples.Load(bytes), null, null, RecordSamples.QueryBindings, bindings), problem, $"'{Samples.Source}'");
    }

    [Fact]
    public void A_binding_without_a_name_or_value_or_for_a_second_time_is_refused()
    {
        var bindings = new FeatureBindings<Movie>().Bind("id", movie => movie.Id);
        Refusal.Of<ArgumentException>(() => bindings.Bind("id", movie => movie.Year), "'id' is bound a second time");
        Refusal.Of<ArgumentException>(() => bindings.Bind("", movie => movie.Year), "feature");
        Assert.Throws<ArgumentNullException>("value", () => bindings.Bind<long>("other", null!));
    }

    [Fact]
    public void A_list_can_be_bound_as_whatever_is_one()
    {
        // An array is a list that can be read; so is what the compiler infers from the record.
        byte[] bytes = RetrieverSamples.Bytes(Make(HistoryKind.Mean, more: false));
        var bindings = new FeatureBindings<Movie>()
            .Bind("id", movie => movie.Id).Bind("title", movie => movie.Title).Bind("genres", movie => movie.Genres.ToArray()).Bind("year", movie => movie.Year).Bind("studio", movie => movie.Studio);
        Retriever<Rating, Movie, long> loaded = RetrieverSnapshot.Read<Rating, Movie, long>(Samples.Load(bytes), null, null, RecordSamples.QueryBindings, bindings);
        Agree.Exactly<float>("candidates", Read(bytes).Model.EmbedCandidates(Movies).Span, loaded.Model.EmbedCandidates(Movies).Span);
    }

    [Fact]
    public void One_name_on_both_sides_is_two_features()
    {
        var builder = new TwoTowerBuilder<string, string> { Dimensions = 3 };
        builder.Query.Embed("name", new IdFeature<string>(new Vocabulary<string>(["a", "b"], 1)), name => name);
        builder.Candidate.Embed("name", new IdFeature<string>(new Vocabulary<string>(["c", "d", "e"], 1)), name => name);
        byte[] bytes = RetrieverSamples.Bytes(Retriever<string, string, int>.Build(builder.Build(), ["c", "d"], [1, 2]));
        Retriever<string, string, int> loaded = RetrieverSamples.Read<string, string, int>(bytes);
        Assert.Equal((3, 4), (Rows(loaded.Model.QueryTower), Rows(loaded.Model.CandidateTower)));
        Assert.Equal(bytes, RetrieverSamples.Bytes(loaded));

        static int Rows(Tower<float> tower) => TowerSamples.TableOf(tower.Inputs[0]).Value.Shape.Rows;
    }

    [Fact]
    public void Annotations_are_kept_by_name_and_only_those()
    {
        Retriever<string, string, string> retriever = RetrieverSamples.Text();
        Assert.Empty(RetrieverSamples.Read<string, string, string>(RetrieverSamples.Bytes(retriever)).Annotations);
        retriever.Annotations = new Dictionary<string, string> { ["made"] = "żółw\n\0 {\"a\":1}", [""] = "", ["annotation."] = "x", ["managed_retrieval"] = "y" };
        byte[] bytes = RetrieverSamples.Bytes(retriever);
        Retriever<string, string, string> loaded = RetrieverSamples.Read<string, string, string>(bytes);
        Assert.Equal(retriever.Annotations.OrderBy(pair => pair.Key, StringComparer.Ordinal), loaded.Annotations.OrderBy(pair => pair.Key, StringComparer.Ordinal));
        Assert.Equal(bytes, RetrieverSamples.Bytes(loaded));
        retriever.Annotations = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["managed_retrieval"] = "y", ["annotation."] = "x", [""] = "", ["made"] = "żółw\n\0 {\"a\":1}" };
        Assert.Equal(bytes, RetrieverSamples.Bytes(retriever));
        Assert.Throws<ArgumentNullException>("value", () => retriever.Annotations = null!);
    }

    [Fact]
    public void Every_property_that_is_missing_doubled_or_unknown_is_refused_by_name()
    {
        byte[] bytes = RetrieverSamples.Bytes(Make(HistoryKind.CausalAttention, more: true));
        foreach ((string description, string problem) in DescriptionEdits.All(RetrieverSamples.Description(bytes)))
        {
            Refused(RetrieverSamples.WithDescription(bytes, description), problem);
        }
    }

    [Theory]
    [InlineData("matryoshka", "3", "property 'matryoshka' is 3, expected an array")]
    [InlineData("matryoshka", "[2, 6]", "property 'matryoshka' is 6, expected integers from 1 to 5")]
    [InlineData("matryoshka", "[2, 0]", "property 'matryoshka' is 0, expected integers from 1 to 5")]
    [InlineData("matryoshka", "[2, \"3\"]", "property 'matryoshka' is \"3\", expected integers from 1 to 5")]
    [InlineData("matryoshka", "[2.5]", "property 'matryoshka' is 2.5")]
    [InlineData("matryoshka", "[99999999999]", "property 'matryoshka' is 99999999999")]
    [InlineData("matryoshka", "[2, 2]", "one is 2 twice")]
    [InlineData("query.features", "{}", "property 'features' is {}, expected an array")]
    [InlineData("query.features.1", "null", "Side 'query', feature 1 is null, expected an object")]
    [InlineData("query.features.1.name", "\"user\"", "The model has no query feature 'words'")]
    [InlineData("query.features.1.name", "\"\"", "property 'name' is \"\", expected a non-empty string")]
    [InlineData("query.features.1.name", "\"other\"", "The query feature 'other' is not bound")]
    [InlineData("query.features.1.feature", "[]", "Feature 'query.words' is [], expected an object")]
    [InlineData("query.tower.inputs.1.feature", "\"user\"", "Two inputs read the feature 'user'")]
    [InlineData("query.tower.inputs.1.weights", "3", "Tower 'query', input 1: property 'weights' is 3, expected a non-empty string")]
    [InlineData("query.tower.inputs.1.weights", "\"query.user.table\"", "weights must have the shape [31, 1], one for each row of the table, not [9, 3]")]
    [InlineData("query.tower.inputs.2.table", "\"query.user.table\"", "encoder must take the table's 3 dimensions, not 6")]
    [InlineData("query.tower.inputs.2.encoder", "null", "Tower 'query', input 2, encoder is null, expected an object")]
    [InlineData("query.tower.inputs.4.width", "0", "Tower 'query', input 4: property 'width' is 0")]
    [InlineData("query.tower.inputs.4.width", "3", "Tower 'query': Layer 0 must take rows of length")]
    [InlineData("query.tower.inputs.5", "null", "Tower 'query', input 5 is null, expected an object")]
    [InlineData("query.tower.join", "\"sum\"", "Inputs that are added must have one width")]
    [InlineData("query.tower.layers", "[]", "but the query tower has")]
    [InlineData("candidate.tower.inputs.0.table", "\"query.words.table\"", "'id' of 13 rows")]
    public void A_wrong_value_is_refused_by_name(string path, string value, string problem) =>
        Refused(RetrieverSamples.WithValue(RetrieverSamples.Bytes(Make(HistoryKind.Recurrent, more: false)), path, JsonNode.Parse(value)), problem);

    private static Retriever<Rating, Movie, long> Make(HistoryKind kind, bool more)
    {
        TwoTowerModel<Rating, Movie> model = RecordSamples.Builder(kind, more ? 0.3 : 0, more ? [2, 3] : []).Build();

        // Nothing is left at a value that a new model would have too.
        var draw = new Draw(6, 4);
        foreach (Parameter<float> parameter in model.Parameters)
        {
            draw.Values(parameter.Value.Shape.Length).Select(value => (float)value / 3).ToArray().CopyTo(parameter.Value.Span);
        }

        Retriever<Rating, Movie, long> retriever = Retriever<Rating, Movie, long>.Build(model, Movies, [.. Movies.Select(movie => movie.Id)]);
        if (more)
        {
            retriever.Annotations = new Dictionary<string, string> { ["made"] = "for a test" };
        }

        return retriever;
    }

    private static Retriever<Rating, Movie, long> Read(byte[] bytes) =>
        RetrieverSnapshot.Read<Rating, Movie, long>(Samples.Load(bytes), null, null, RecordSamples.QueryBindings, RecordSamples.CandidateBindings);

    private static void Refused(byte[] bytes, string problem)
    {
        string message = Assert.Throws<SnapshotFormatException>(() => Read(bytes)).Message;
        Assert.Contains($"'{Samples.Source}'", message, StringComparison.Ordinal);
        Assert.Contains(problem, message, StringComparison.Ordinal);
        Assert.DoesNotContain("(Parameter '", message, StringComparison.Ordinal);
    }
}
