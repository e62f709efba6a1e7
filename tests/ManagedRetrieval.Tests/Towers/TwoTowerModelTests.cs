using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Towers;

public class TwoTowerModelTests
{
    [Fact]
    public void A_shared_table_is_one_parameter_and_separate_ones_are_two()
    {
        Assert.Equal(
            ["table", "query.linear.weights", "query.linear.bias", "candidate.linear.weights", "candidate.linear.bias"],
            Model(new() { Dimensions = 4, ShareTable = true, Linear = true }).Parameters.Select(parameter => parameter.Name));
        Assert.Equal(["table"], Model(new() { Dimensions = 4, ShareTable = true }).Parameters.Select(parameter => parameter.Name));
        TwoTowerModel<int[], int[]> separate = Model(new() { Dimensions = 4 });
        Assert.Equal(["query.table", "candidate.table"], separate.Parameters.Select(parameter => parameter.Name));
        Assert.NotEqual(separate.QueryTower.Table.Value.Span.ToArray(), separate.CandidateTower.Table.Value.Span.ToArray());
    }

    [Fact]
    public void A_layer_that_both_towers_share_is_listed_once()
    {
        Linear<float> layer = Linear<float>.Create("layer", 2, 2, 0, 0);
        EmbeddingTable<float> table = Table("t", 5, 2);
        var model = BagTower.Model(
            new GivenIds(5), BagTower.Of<float>(table, linear: layer), new GivenIds(5), BagTower.Of<float>(table, linear: layer));
        Assert.Equal([table, layer.Weights, layer.Bias], model.Parameters);
    }

    [Fact]
    public void The_seed_decides_every_parameter()
    {
        var options = new TwoTowerOptions { Dimensions = 6, Linear = true, Seed = 3 };
        (float[][] once, float[][] again, float[][] other) = (Values(options), Values(options), Values(options with { Seed = 4 }));
        Assert.Equal(once, again);
        for (int i = 0; i < once.Length; i++)
        {
            Assert.True(once[i].All(value => value == 0) || once[i] != other[i] && !once[i].SequenceEqual(other[i]), $"parameter {i} ignores the seed");
        }

        static float[][] Values(TwoTowerOptions options) => [.. Model(options).Parameters.Select(parameter => parameter.Value.Span.ToArray())];
    }

    [Fact]
    public void Options_reach_the_towers()
    {
        TwoTowerModel<int[], int[]> model = Model(new() { Dimensions = 6, EmbeddingScale = 0.5, Normalize = false, Linear = false });
        Assert.InRange(model.QueryTower.Table.Value.Span.ToArray().Max(Math.Abs), 0.4f, 0.5f);
        Assert.NotEqual(1, Length(model.EmbedQueries([[1, 2]]).Span), 1e-3);
        Assert.Equal(1, Length(Model(new() { Dimensions = 6 }).EmbedQueries([[1, 2]]).Span), 1e-6);
        Assert.Equal(6, model.Dimensions);

        static double Length(Span<float> row) => Math.Sqrt(row.ToArray().Sum(value => value * value));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_input_has_the_same_bits_alone_and_anywhere_in_any_batch_with_any_number_of_workers(bool linear)
    {
        // More inputs than are embedded at a time, with odd dimensions that leave a tail in every vector loop.
        TwoTowerModel<int[], int[]> model = Model(new() { Dimensions = 37, Linear = linear, Seed = 9 });
        var draw = new Draw(21, 12);
        int[][] inputs = [.. Enumerable.Range(0, 2500).Select(_ => draw.Ids(draw.Between(0, 6), 50))];
        Tensor<float> all = model.EmbedQueries(inputs);
        Tensor<float> candidates = model.EmbedCandidates(inputs);
        foreach (int i in (int[])[0, 1, 511, 1023, 1024, 1025, 2047, 2499])
        {
            Agree.Exactly<float>("alone", all.Row(i), model.EmbedQueries([inputs[i]]).Span);
            Agree.Exactly<float>("at another place", all.Row(i), model.EmbedQueries([inputs[7], inputs[i], inputs[8]]).Row(1));
            Agree.Exactly<float>("candidate alone", candidates.Row(i), model.EmbedCandidates([inputs[i]]).Span);
        }

        foreach (int workers in (int[])[2, 3, 8])
        {
            using var team = new WorkerTeam(workers);
            Agree.Exactly<float>("queries", all.Span, model.EmbedQueries(inputs, team).Span);
            Agree.Exactly<float>("candidates", candidates.Span, model.EmbedCandidates(inputs, team).Span);
        }
    }

    [Fact]
    public void Several_threads_may_embed_at_once()
    {
        TwoTowerModel<int[], int[]> model = Model(new() { Dimensions = 16 });
        var draw = new Draw(22, 12);
        int[][] inputs = [.. Enumerable.Range(0, 300).Select(_ => draw.Ids(3, 50))];
        float[] expected = model.EmbedQueries(inputs).Span.ToArray();
        using var team = new WorkerTeam(2);
        Parallel.For(0, 12, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ => Assert.Equal(expected, model.EmbedQueries(inputs, team).Span.ToArray()));
    }

    [Fact]
    public void Embedding_nothing_gives_no_rows() =>
        Assert.Equal(new Shape(0, 4), Model(new() { Dimensions = 4 }).EmbedQueries([]).Shape);

    [Fact]
    public void A_cancelled_embedding_stops()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        TwoTowerModel<int[], int[]> model = Model(new() { Dimensions = 4 });
        Assert.Throws<OperationCanceledException>(() => model.EmbedQueries([[1]], cancellationToken: source.Token));
        Assert.Throws<OperationCanceledException>(() => model.EmbedCandidates([[1]], cancellationToken: source.Token));
    }

    [Fact]
    public void Parts_that_do_not_fit_are_refused()
    {
        var tower = BagTower.Of<float>(Table("t", 5, 2));
        Refused("candidateTower", "2 and the candidate tower 3", new GivenIds(5), tower, new GivenIds(5), BagTower.Of<float>(Table("u", 5, 3)));
        Refused("candidateTower", "same name", new GivenIds(5), tower, new GivenIds(5), BagTower.Of<float>(Table("t", 5, 2)));
        Refused("queryFeatures", "queryFeatures has 'input' of 6 rows, but its tower reads 'input' of 5 rows", new GivenIds(6), tower, new GivenIds(5), tower);
        Refused("candidateFeatures", "candidateFeatures has 'input' of 4 rows, but its tower reads 'input' of 5 rows", new GivenIds(5), tower, new GivenIds(4), tower);
        ArgumentException error = Assert.Throws<ArgumentException>(
            "options", () => new TwoTowerModel<int[], int[]>(new GivenIds(5), new GivenIds(6), new() { ShareTable = true }));
        Assert.Contains("query feature has 5 and the candidate feature 6", error.Message, StringComparison.Ordinal);
        Assert.ThrowsAny<ArgumentOutOfRangeException>(() => Model(new() { Dimensions = 0 }));
        foreach (double scale in (double[])[0, -1, double.NaN, double.PositiveInfinity])
        {
            Assert.ThrowsAny<ArgumentOutOfRangeException>(() => Model(new() { EmbeddingScale = scale }));
        }

        static void Refused(string argument, string part, GivenIds query, Tower<float> queryTower, GivenIds candidate, Tower<float> candidateTower)
        {
            ArgumentException error = Assert.Throws<ArgumentException>(
                argument, () => BagTower.Model(query, queryTower, candidate, candidateTower));
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
        }
    }

    private static TwoTowerModel<int[], int[]> Model(TwoTowerOptions options) => new(new GivenIds(50), new GivenIds(50), options);

    private static EmbeddingTable<float> Table(string name, int rows, int dimensions) => new(name, new Tensor<float>(new Shape(rows, dimensions)));
}
