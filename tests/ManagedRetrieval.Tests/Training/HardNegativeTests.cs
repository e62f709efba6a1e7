using FsCheck.Xunit;
using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Tests.Towers;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Tests.Training;

/// <summary>Negatives that are searched for in the model's own index.</summary>
public class HardNegativeTests
{
    private const int Dimensions = 3;

    [Property(MaxTest = 200)]
    public void What_is_found_is_nearest_and_neither_right_nor_there_already(uint seed)
    {
        var draw = new Draw(seed, 8);
        int corpus = draw.Between(2, 30), count = draw.Between(2, 20);
        TwoTowerModel<int[], int[]> model = Whole(draw, count, corpus);
        int[] positives = draw.Ids(count, corpus);
        int[] groups = draw.Bool() ? draw.Ids(count, 1 + draw.Below(count)) : [];
        var data = RetrievalDataset.Encode(model, Ids(count), Ids(corpus), positives, groups: groups);
        HardNegativeOptions options = new() { PerQuery = draw.Between(1, 4), Skip = draw.Below(4), EverySteps = draw.Between(1, 3) };
        int[] pairs = draw.Ids(draw.Between(1, count), count);
        int[] there = [.. pairs.Select(pair => positives[pair]), .. draw.Ids(draw.Below(4), corpus)];

        var expected = new List<int>();
        foreach (int pair in pairs)
        {
            IEnumerable<int> right = groups.Length == 0 ? [positives[pair]] : Enumerable.Range(0, count).Where(other => groups[other] == groups[pair]).Select(other => positives[other]);
            expected.AddRange(Enumerable.Range(0, corpus).Except(right)
                .OrderByDescending(row => Score(model, pair, row)).ThenBy(row => row)
                .Take(Math.Min(options.PerQuery + options.Skip, corpus)).Skip(options.Skip));
        }

        Assert.Equal(expected.Distinct().Except(there), Found(Trainer(model), data, options, pairs, there, 0));
    }

    [Fact]
    public void The_index_is_made_anew_when_it_is_due_and_not_before()
    {
        TwoTowerModel<int[], int[]> model = Whole(new Draw(3, 8), 4, 20);
        var data = RetrievalDataset.Encode(model, Ids(4), Ids(20), [0, 1, 2, 3]);
        Trainer trainer = Trainer(model);
        HardNegativeOptions options = new() { PerQuery = 5, EverySteps = 10 };
        int[] Find(ulong step) => Found(trainer, data, options, [0, 1, 2, 3], [0, 1, 2, 3], step);

        int[] before = Find(7);
        foreach (ref float value in model.CandidateTower.Table.Value.Span)
        {
            value = -value;
        }

        Assert.Equal(before, Find(8));
        Assert.Equal(before, Find(19));
        int[] after = Find(20);
        Assert.NotEqual(before, after);
        Assert.Equal(after, Found(Trainer(model), data, options, [0, 1, 2, 3], [0, 1, 2, 3], 1));
    }

    [Fact]
    public void What_is_found_joins_the_step_as_further_candidates_of_all_queries()
    {
        // Pairs for the first 20 candidates of 200 only, all in one batch.
        var planted = new Planted();
        TwoTowerModel<int[], int[]> model = Planted.Model();
        int[][] queries = planted.Queries[..40];
        int[] positives = planted.Positives[..40];
        var data = RetrievalDataset.Encode(model, queries, planted.Corpus, positives);
        var task = new RetrievalTask<float>(new() { Temperature = 0.1, RemoveAccidentalHits = true });
        TrainingOptions options = new() { Epochs = 1, BatchSize = 40, HardNegatives = new() { PerQuery = 3, Skip = 1 } };
        double loss = new Trainer(model, task, new Adagrad<float>(1e-12)).Fit(data, options)[0].Loss;

        Tensor<float> q = model.EmbedQueries(queries), c = model.EmbedCandidates(planted.Corpus);
        int[] found =
        [
            .. Enumerable.Range(0, 40).SelectMany(pair => Enumerable.Range(0, 200).Where(row => row != positives[pair])
                .OrderByDescending(row => Dot(q.Row(pair), c.Row(row))).Skip(1).Take(3)).Distinct().Except(positives),
        ];
        Assert.InRange(found.Length, 1, 119);
        Assert.Equal(Loss(found), loss, 1e-5);
        Assert.NotEqual(Loss([]), loss, 1e-2);

        double Loss(int[] further)
        {
            int[] rows = [.. positives, .. further];
            var tape = new Tape<float>();
            return task.Loss(
                model.QueryTower.Apply(tape, TowerTests.Ragged(queries)),
                model.CandidateTower.Apply(tape, TowerTests.Ragged([.. rows.Select(row => planted.Corpus[row])])),
                new() { CandidateIds = rows }).Value.Span[0] / 40;
        }
    }

    [Fact]
    public void Rows_that_are_found_get_a_gradient()
    {
        var planted = new Planted();
        TwoTowerModel<int[], int[]> model = Planted.Model(linear: false);
        var data = RetrievalDataset.Encode(model, planted.Queries[..40], planted.Corpus, planted.Positives.AsSpan(0, 40));
        Tensor<float> table = model.CandidateTower.Table.Value, before = table.Clone();
        Planted.Trainer(model).Fit(data, new() { Epochs = 1, BatchSize = 40, HardNegatives = new() { PerQuery = 2 } });
        Assert.Contains(Enumerable.Range(20, 180), row => !table.Row(row).SequenceEqual(before.Row(row)));
    }

    [Fact]
    public void What_cannot_be_mined_is_refused()
    {
        HardNegativeOptions hard = new();
        Refusal.Of<ArgumentException>(() => Fit(new() { HardNegatives = hard, CorrectSamplingBias = true }), "HardNegatives and CorrectSamplingBias");
        Refusal.Of<ArgumentException>(() => Fit(new() { HardNegatives = hard }, removeHits: false), "RemoveAccidentalHits");
        Refusal.Of<ArgumentOutOfRangeException>(() => Fit(new() { HardNegatives = hard with { EverySteps = 0 } }), "EverySteps");
        Refusal.Of<ArgumentOutOfRangeException>(() => Fit(new() { HardNegatives = hard with { PerQuery = 0 } }), "PerQuery");
        Refusal.Of<ArgumentOutOfRangeException>(() => Fit(new() { HardNegatives = hard with { Skip = -1 } }), "Skip");
        Refusal.Of<ArgumentOutOfRangeException>(() => Fit(new() { HardNegatives = hard, MemoryCapacity = 20_000_000 }), "and HardNegatives");

        static void Fit(TrainingOptions options, bool removeHits = true)
        {
            TwoTowerModel<int[], int[]> model = Planted.Model();
            Planted.Trainer(model, removeHits: removeHits).Fit(new Planted().Data(model), options);
        }
    }

    [Fact]
    public void A_candidate_of_the_corpus_whose_embedding_is_no_number_is_named()
    {
        TwoTowerModel<int[], int[]> model = Whole(new Draw(3, 8), 4, 20);
        model.CandidateTower.Table.Value.Row(17)[1] = float.PositiveInfinity;
        var data = RetrievalDataset.Encode(model, Ids(4), Ids(20), [0, 1, 2, 3]);
        ArithmeticException error = Assert.Throws<ArithmeticException>(() => Trainer(model).Fit(data, new() { HardNegatives = new() }));
        Assert.Contains("In epoch 1 a candidate's embedding is no longer finite", error.Message, StringComparison.Ordinal);
        Assert.Contains("in row 17, column 1", error.Message, StringComparison.Ordinal);
    }

    private static int[] Found(Trainer trainer, RetrievalDataset data, HardNegativeOptions options, int[] pairs, int[] there, ulong step)
    {
        var miner = new HardNegativeMiner(trainer, data, options);
        int[] found = new int[miner.Most(pairs.Length)];
        trainer.Tape.Reset();
        Tensor<float> table = trainer.Model.QueryTower.Table.Value;
        var queries = new Tensor<float>(new Shape(pairs.Length, Dimensions));
        for (int i = 0; i < pairs.Length; i++)
        {
            table.Row(pairs[i]).CopyTo(queries.Row(i));
        }

        return found[..miner.Find(queries, pairs, there, step, 1, found)];
    }

    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        // As scores are made.
        float sum = 0;
        for (int d = 0; d < a.Length; d++)
        {
            sum = MathF.FusedMultiplyAdd(a[d], b[d], sum);
        }

        return sum;
    }

    private static int Score(TwoTowerModel model, int pair, int row)
    {
        ReadOnlySpan<float> query = model.QueryTower.Table.Value.Row(pair), candidate = model.CandidateTower.Table.Value.Row(row);
        int score = 0;
        for (int d = 0; d < query.Length; d++)
        {
            score += (int)(query[d] * candidate[d]);
        }

        return score;
    }

    /// <summary>A model whose embeddings are small whole numbers, so that scores are exact and often tie.</summary>
    private static TwoTowerModel<int[], int[]> Whole(Draw draw, int queries, int corpus)
    {
        var model = new TwoTowerModel<int[], int[]>(
            new GivenIds(queries), new GivenIds(corpus), new TwoTowerOptions { Dimensions = Dimensions, Normalize = false, Linear = false });
        foreach (Parameter<float> parameter in model.Parameters)
        {
            foreach (ref float value in parameter.Value.Span)
            {
                value = draw.Between(-3, 3);
            }
        }

        return model;
    }

    private static int[][] Ids(int count) => [.. Enumerable.Range(0, count).Select(i => new[] { i })];

    private static Trainer Trainer(TwoTowerModel model) =>
        new(model, new RetrievalTask<float>(new() { RemoveAccidentalHits = true }), new Adagrad<float>());
}
