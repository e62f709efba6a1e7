using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Towers;

public class TwoTowerBuilderTests
{
    private static readonly IdFeature<int> Ids = new(new Vocabulary<int>([1, 2, 3], 1));
    private static readonly ListFeature<int> Lists = new(Ids);

    public static TheoryData<HistoryKind> Kinds => [.. Enum.GetValues<HistoryKind>()];

    [Fact]
    public void Features_and_inputs_come_in_the_order_they_were_added_and_a_last_layer_gives_the_dimensions()
    {
        TwoTowerModel<Rating, Movie> model = RecordSamples.Builder().Build();
        Assert.Equal(["user", "words", "seen", "seen too", "age", "age group", "hour", "clock", "picture", "country", "level"], model.QueryFeatures.Names);
        Assert.Equal(model.QueryFeatures.Names, model.QueryTower.Inputs.Select(input => input.Feature));
        Assert.Equal(["id", "title", "genres", "year", "studio"], model.CandidateTower.Inputs.Select(input => input.Feature));

        // After the caller's three layers of width 8 comes one to the 6 dimensions; the candidates' own ends there already.
        Assert.Equal(4, model.QueryTower.Layers.Count);
        Assert.Equal(6, model.QueryTower.Layers[^1].Outputs);
        Assert.Single(model.CandidateTower.Layers);
        Assert.Equal(6, model.Dimensions);
        Assert.Equal(new Shape(5, 6), model.EmbedQueries(RecordSamples.Ratings(5)).Shape);
    }

    [Fact]
    public void A_tower_that_has_the_dimensions_already_gets_no_layer()
    {
        TwoTowerModel<int, int> model = Small(Ids, Ids).Build();
        Assert.Empty(model.QueryTower.Layers);
        Assert.Equal(["query.id.table", "candidate.id.table"], model.Parameters.Select(parameter => parameter.Name));
        var added = new TwoTowerBuilder<int, int> { Dimensions = 4 };
        added.Query.Embed("id", Ids, id => id).Numbers("number", new NumberFeature(0, 1), id => id);
        added.Candidate.Embed("id", Ids, id => id).Embed("again", Ids, id => id).Join(TowerJoin.Sum);
        model = added.Build();
        Assert.Equal(["query.id.table", "query.output.weights", "query.output.bias", "candidate.id.table", "candidate.again.table"], model.Parameters.Select(parameter => parameter.Name));

        // Four of the id, the number, and whether it is missing.
        Assert.Equal(6, model.QueryTower.Layers.Single().Inputs);
    }

    [Fact]
    public void Features_that_name_one_table_share_it_across_towers()
    {
        TwoTowerModel<Rating, Movie> model = RecordSamples.Builder(HistoryKind.Recurrent).Build();
        EmbeddingTable<float> candidate = TowerSamples.TableOf(model.CandidateTower.Inputs[0]);
        Assert.Equal("movie.table", candidate.Name);
        Assert.Same(candidate, TowerSamples.TableOf(model.QueryTower.Inputs[2]));
        Assert.Same(candidate, TowerSamples.TableOf(model.QueryTower.Inputs[3]));
        Assert.Equal(model.Parameters.Count, model.Parameters.Select(parameter => parameter.Name).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_seed_decides_every_value_and_each_call_makes_parameters_of_its_own(HistoryKind kind)
    {
        TwoTowerBuilder<Rating, Movie> builder = RecordSamples.Builder(kind, dropout: 0.2);
        TwoTowerModel<Rating, Movie> model = builder.Build(), again = builder.Build(), other = RecordSamples.Builder(kind, dropout: 0.2, seed: 4).Build();
        Assert.Equal(model.Parameters.Select(parameter => parameter.Name), again.Parameters.Select(parameter => parameter.Name));
        foreach ((Parameter<float> first, Parameter<float> second, Parameter<float> third) in model.Parameters.Zip(again.Parameters, other.Parameters))
        {
            Assert.NotSame(first, second);
            Agree.Exactly<float>(first.Name, first.Value.Span, second.Value.Span);
            Assert.True(first.Value.Span.IndexOfAnyExcept(first.Value.Span[0]) < 0 || !first.Value.Span.SequenceEqual(third.Value.Span), $"{first.Name} ignores the seed");
        }

        Assert.NotEqual(model.Parameters[0].Value.Span.ToArray(), model.Parameters[1].Value.Span.ToArray());
    }

    [Fact]
    public void Another_feature_changes_no_first_value_of_those_that_were_there()
    {
        TwoTowerBuilder<Rating, Movie> more = RecordSamples.Builder();
        more.Query.Embed("another", new TextFeature(new() { Buckets = 5 }), rating => rating.Words, new() { LearnWeights = true });
        more.Candidate.Sequence("last", new ListFeature<string>(new HashFeature<string>(5)), movie => movie.Genres, new() { Encoder = HistoryKind.Recurrent });
        Dictionary<string, float[]> after = Values(more.Build());
        foreach ((string name, float[] values) in Values(RecordSamples.Builder().Build()))
        {
            // The first layer of each tower became wider; what comes behind it did not.
            if (!name.StartsWith("query.layer0.weights", StringComparison.Ordinal) && !name.StartsWith("candidate.layer0.weights", StringComparison.Ordinal))
            {
                Agree.Exactly<float>(name, values, after[name]);
            }
        }

        static Dictionary<string, float[]> Values(TwoTowerModel model) => model.Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Value.Span.ToArray());
    }

    [Fact]
    public void Embeddings_are_uniform_within_the_scale_and_learnt_weights_are_1()
    {
        var builder = new TwoTowerBuilder<string, int> { Dimensions = 8, EmbeddingScale = 0.25 };
        builder.Query.Embed("words", new TextFeature(new() { Buckets = 500 }), text => text, new() { LearnWeights = true });
        builder.Candidate.Embed("id", Ids, id => id);
        var bag = (BagInput<float>)builder.Build().QueryTower.Inputs[0];
        Assert.InRange(bag.Table.Value.Span.ToArray().Max(Math.Abs), 0.24f, 0.25f);
        Assert.InRange(bag.Table.Value.Span.ToArray().Average(), -0.02f, 0.02f);
        Assert.Equal(Enumerable.Repeat(1f, 500), bag.Weights!.Value.Span.ToArray());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Any_number_of_threads_and_workers_embeds_the_same_bits_at_once(HistoryKind kind)
    {
        TwoTowerModel<Rating, Movie> model = RecordSamples.Builder(kind, dropout: 0.3).Build();
        Rating[] ratings = RecordSamples.Ratings(1100);
        Movie[] movies = RecordSamples.Corpus(200);
        float[] queries = model.EmbedQueries(ratings).Span.ToArray(), candidates = model.EmbedCandidates(movies).Span.ToArray();
        Assert.All(new[] { 0, 1023, 1024, 1099 }, i => Agree.Exactly<float>("alone", queries.AsSpan(6 * i, 6), model.EmbedQueries([ratings[i]]).Span));
        using var team = new WorkerTeam(3);
        Parallel.For(0, 6, new ParallelOptions { MaxDegreeOfParallelism = 6 }, i =>
        {
            Agree.Exactly<float>("queries", queries, model.EmbedQueries(ratings, i % 2 == 0 ? null : team).Span);
            Agree.Exactly<float>("candidates", candidates, model.EmbedCandidates(movies, i % 2 == 0 ? team : null).Span);
        });
    }

    [Fact]
    public void A_name_that_is_taken_or_empty_is_refused_where_it_is_given()
    {
        var builder = new TwoTowerBuilder<int, int>();
        builder.Query.Embed("id", Ids, id => id);
        Refusal.Of<ArgumentException>(() => builder.Query.Embed("id", Ids, id => id), "The query tower has a feature 'id' already");
        Refusal.Of<ArgumentException>(() => builder.Query.Numbers("id", new NumberFeature(0, 1), id => id), "'id' already");
        Refusal.Of<ArgumentException>(() => builder.Query.Sequence("id", Lists, id => [id]), "'id' already");
        Refusal.Of<ArgumentException>(() => builder.Query.Embed("", Ids, id => id), "name");
        Assert.Throws<ArgumentNullException>("feature", () => builder.Query.Embed<int>("other", null!, id => id));
        Assert.Throws<ArgumentNullException>("value", () => builder.Query.Embed("other", Ids, null!));
        builder.Candidate.Embed("id", Ids, id => id);
        Assert.Equal(["id"], builder.Build().QueryFeatures.Names);
    }

    [Fact]
    public void A_tower_without_features_is_refused_by_its_side()
    {
        var builder = new TwoTowerBuilder<int, int>();
        builder.Query.Embed("id", Ids, id => id);
        Refusal.Of<InvalidOperationException>(() => builder.Build(), "The candidate tower has no feature");
        Refusal.Of<InvalidOperationException>(() => new TwoTowerBuilder<int, int>().Build(), "The query tower has no feature");
    }

    [Fact]
    public void A_shared_table_of_other_rows_or_dimensions_is_refused_by_its_name_and_shapes()
    {
        TwoTowerBuilder<int, int> rows = Small(Ids, new IdFeature<int>(new Vocabulary<int>([1], 1)), new() { Table = "both" });
        Refusal.Of<InvalidOperationException>(() => rows.Build(), "'both.table'", "[4, 4]", "[2, 4]");
        var wide = new TwoTowerBuilder<int, int> { Dimensions = 4 };
        wide.Query.Embed("id", Ids, id => id, new() { Table = "both", Dimensions = 3 });
        wide.Candidate.Embed("id", Ids, id => id, new() { Table = "both" });
        Refusal.Of<InvalidOperationException>(() => wide.Build(), "'both.table'", "[4, 3]", "[4, 4]");
    }

    [Theory]
    [InlineData("")]
    [InlineData("query.id")]
    [InlineData("candidate.id")]
    public void A_shared_table_with_a_name_like_those_of_single_features_is_refused(string name)
    {
        TwoTowerBuilder<int, int> builder = Small(Ids, Ids, new() { Table = name });
        Refusal.Of<ArgumentException>(() => builder.Build(), $"but is '{name}'", "Feature 'id' of the query tower");
    }

    [Fact]
    public void A_feature_whose_parameters_bear_the_name_of_a_layer_s_is_refused_by_that_name()
    {
        var builder = new TwoTowerBuilder<int, int> { Dimensions = 4 };
        builder.Query.Embed("layer0", Ids, id => id, new() { LearnWeights = true }).Linear();
        builder.Candidate.Embed("id", Ids, id => id);
        Refusal.Of<ArgumentException>(() => builder.Build(), "'query.layer0.weights'");
    }

    [Fact]
    public void Numbers_outside_their_range_are_refused()
    {
        Refused<ArgumentOutOfRangeException>(new() { Dimensions = 0 }, "Dimensions");
        Refused<ArgumentOutOfRangeException>(new() { Dimensions = 4, EmbeddingScale = 0 }, "EmbeddingScale");
        Refused<ArgumentOutOfRangeException>(new() { Dimensions = 4, EmbeddingScale = 1e300 }, "EmbeddingScale");
        Refused<ArgumentOutOfRangeException>(new() { Dimensions = 4, EmbeddingScale = double.NaN }, "EmbeddingScale");
        Refused<ArgumentException>(new() { Dimensions = 4, MatryoshkaDimensions = [4] }, "1 to 3, but one is 4");
        Refused<ArgumentException>(new() { Dimensions = 4, MatryoshkaDimensions = [2, 0] }, "1 to 3, but one is 0");
        Refused<ArgumentException>(new() { Dimensions = 4, MatryoshkaDimensions = [2, 3, 2] }, "one is 2 twice");
        Refusal.Of<ArgumentOutOfRangeException>(() => Small(Ids, Ids, new() { Dimensions = 0 }).Build(), "Dimensions");
        TowerBuilder<int> tower = new TwoTowerBuilder<int, int>().Query;
        Refusal.Of<ArgumentOutOfRangeException>(() => tower.Dense(0), "outputs");
        Refusal.Of<ArgumentOutOfRangeException>(() => tower.Linear(0), "outputs");
        Refusal.Of<ArgumentOutOfRangeException>(() => tower.Cross(0), "layers");
        Refusal.Of<ArgumentOutOfRangeException>(() => tower.Cross(1, 0), "rank");

        static void Refused<TException>(TwoTowerBuilder<int, int> builder, string problem)
            where TException : Exception
        {
            builder.Query.Embed("id", Ids, id => id);
            builder.Candidate.Embed("id", Ids, id => id);
            Refusal.Of<TException>(() => builder.Build(), problem);
        }
    }

    [Fact]
    public void Added_inputs_of_other_widths_and_sequences_with_options_out_of_range_are_refused()
    {
        TwoTowerBuilder<int, int> sum = Small(Ids, Ids);
        sum.Query.Numbers("number", new NumberFeature(0, 1), id => id).Join(TowerJoin.Sum);
        Refusal.Of<ArgumentException>(() => sum.Build(), "'id' has 4 and 'number' 2");
        Sequence(new() { Encoder = (HistoryKind)9 }, "Encoder");
        Sequence(new() { Encoder = HistoryKind.Recurrent, Hidden = 0 }, "0");
        Sequence(new() { Encoder = HistoryKind.Attention, Hidden = -1 }, "-1");
        Sequence(new() { Encoder = HistoryKind.CausalAttention, CausalAttention = new() { MaximumLength = 0 } }, "0");
        Sequence(new() { Dimensions = 0 }, "Dimensions");

        static void Sequence(SequenceOptions options, string problem)
        {
            TwoTowerBuilder<int, int> builder = Small(Ids, Ids);
            builder.Query.Sequence("seen", Lists, id => [id], options);
            Refusal.Of<ArgumentOutOfRangeException>(() => builder.Build(), problem);
        }
    }

    [Fact]
    public void A_model_of_features_that_its_towers_do_not_read_is_refused_with_both()
    {
        TwoTowerModel<int, int> model = Small(Ids, Ids).Build();
        Refusal.Of<ArgumentException>(
            () => _ = new TwoTowerModel<int, int>(FeatureSet<int>.Of("number", Ids), model.QueryTower, model.CandidateFeatures, model.CandidateTower), "queryFeatures has 'number' of 4 rows", "reads 'id' of 4 rows");
        Refusal.Of<ArgumentException>(
            () => RetrievalDataset.Encode(RecordSamples.Builder().Build(), RecordSamples.Ratings(2), [RecordSamples.Corpus()[0] with { Studio = null! }], [0, 0]), "Feature 'studio' cannot encode number 0 of corpus");
    }

    private static TwoTowerBuilder<int, int> Small(ISparseFeature<int> query, ISparseFeature<int> candidate, EmbeddingOptions? options = null)
    {
        var builder = new TwoTowerBuilder<int, int> { Dimensions = 4 };
        builder.Query.Embed("id", query, id => id, options);
        builder.Candidate.Embed("id", candidate, id => id, options);
        return builder;
    }
}
