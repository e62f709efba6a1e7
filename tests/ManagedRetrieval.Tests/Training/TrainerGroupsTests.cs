using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Losses;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.Sampling;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Tests.Towers;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Tests.Training;

/// <summary>What a group has is never a negative of its pairs.</summary>
public class TrainerGroupsTests
{
    private const double Temperature = 0.3;

    [Fact]
    public void The_loss_is_that_of_plain_loops_without_what_the_group_has() => RandomCases.Check(
        draw =>
        {
            var data = new Pairs(draw);
            TwoTowerModel<int[], int[]> model = data.Model();
            int[] sampled = draw.Ids(draw.Between(0, 6), Pairs.Corpus);
            TrainingOptions options = new() { Epochs = 1, BatchSize = 100, NegativeSampler = sampled.Length == 0 ? null : new FixedSampler(Pairs.Corpus, sampled), SampledNegatives = sampled.Length };

            // Too small a rate to move anything.
            double loss = Trainer(model, new Sgd<float>(1e-12)).Fit(data.Encode(model), options)[0].Loss;
            int[] columns = [.. data.Positives, .. sampled];
            double expected = SlowTask.Loss(
                SlowTask.Rows(model.EmbedQueries(data.Queries)), SlowTask.Rows(model.EmbedCandidates([.. columns.Select(row => new[] { row })])), Temperature,
                (i, j) => data.Has(data.Groups[i], columns[j]));
            Assert.Equal(expected, loss, 1e-5 * Math.Max(1, expected));
        },
        cases: 60);

    [Fact]
    public void A_step_is_that_of_a_task_with_known_positives_given_by_hand() => RandomCases.Check(
        draw =>
        {
            var data = new Pairs(draw);
            bool symmetric = draw.Bool();
            TwoTowerModel<int[], int[]> trained = data.Model(), byHand = data.Model();
            Trainer(trained, new Sgd<float>(1), symmetric).Fit(data.Encode(trained), new() { Epochs = 1, BatchSize = 100 });
            var tape = new Tape<float>();
            int[][] known = [.. data.Groups.Select(group => Enumerable.Range(0, Pairs.Corpus).Where(row => data.Has(group, row)).ToArray())];
            int[] offsets = [0, .. known.Select((_, i) => known.Take(i + 1).Sum(list => list.Length))];
            tape.Backward(Task(symmetric).Loss(
                byHand.QueryTower.Apply(tape, TowerTests.Ragged(data.Queries)),
                byHand.CandidateTower.Apply(tape, TowerTests.Ragged([.. data.Positives.Select(row => new[] { row })])),
                new() { CandidateIds = data.Positives, KnownPositives = new KnownPositives(known.SelectMany(list => list).ToArray(), offsets) }));
            new Sgd<float>(1).Step(byHand.Parameters);
            foreach ((Parameter<float> actual, Parameter<float> expected) in trained.Parameters.Zip(byHand.Parameters))
            {
                Agree.InNorm<float>(actual.Name, [.. expected.Value.Span.ToArray().Select(value => (double)value)], actual.Value.Span, 1e-4);
            }
        },
        cases: 40);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Groups_of_one_pair_each_change_no_bit_where_no_two_pairs_have_one_candidate(bool symmetric)
    {
        var data = new Pairs(new Draw(4, 12), pairs: 30) { Positives = [.. Enumerable.Range(0, 30)], Groups = [.. Enumerable.Range(0, 30).Select(i => 1000 - i)] };
        Assert.Equal(After(data, grouped: false, symmetric), After(data, grouped: true, symmetric));
    }

    [Fact]
    public void The_names_of_groups_change_no_bit_and_groups_that_share_candidates_do()
    {
        var data = new Pairs(new Draw(4, 12), pairs: 30) { Groups = [.. Enumerable.Range(0, 30).Select(i => i % 4)] };
        var renamed = new Pairs(new Draw(4, 12), pairs: 30) { Groups = [.. data.Groups.Select(group => int.MaxValue - (7 * group))] };
        float[] values = After(data, grouped: true, symmetric: false);
        Assert.Equal(values, After(renamed, grouped: true, symmetric: false));
        Assert.NotEqual(values, After(data, grouped: false, symmetric: false));
    }

    [Fact]
    public void Any_number_of_workers_gives_the_same_bits()
    {
        var data = new Pairs(new Draw(9, 12), pairs: 400) { Groups = [.. Enumerable.Range(0, 400).Select(i => i * i % 23)] };
        float[] alone = After(data, grouped: true, symmetric: true);
        foreach (int workers in (int[])[1, 3])
        {
            using var team = new WorkerTeam(workers);
            Assert.Equal(alone, After(data, grouped: true, symmetric: true, team));
        }
    }

    private static float[] After(Pairs data, bool grouped, bool symmetric, WorkerTeam? team = null)
    {
        TwoTowerModel<int[], int[]> model = data.Model();
        TrainingOptions options = new() { Epochs = 3, BatchSize = 16, MemoryCapacity = 20, NegativeSampler = new UniformSampler(Pairs.Corpus), SampledNegatives = 5 };
        Trainer(model, new Adagrad<float>(0.1), symmetric, team).Fit(grouped ? data.Encode(model) : data.Encode(model, []), options);
        return TrainerTests.Values(model);
    }

    private static Trainer Trainer(TwoTowerModel model, Optimizer<float> optimizer, bool symmetric = false, WorkerTeam? team = null) => new(model, Task(symmetric), optimizer, team);

    private static RetrievalTask<float> Task(bool symmetric) => new(new() { Temperature = Temperature, RemoveAccidentalHits = true, Symmetric = symmetric });

    /// <summary>Random pairs of few groups and candidates, so that a group has several of a batch.</summary>
    private sealed class Pairs(Draw draw, int? pairs = null)
    {
        public const int Corpus = 30;
        private const int Words = 20;

        public int[][] Queries { get; } = [.. Enumerable.Range(0, pairs ?? draw.Between(2, 25)).Select(_ => draw.Ids(3, Words))];

        public int[] Positives { get => field ??= draw.Ids(Queries.Length, Corpus); init; }

        public int[] Groups { get => field ??= draw.Ids(Queries.Length, 6); init; }

        public TwoTowerModel<int[], int[]> Model() => new(new GivenIds(Words), new GivenIds(Corpus), new() { Dimensions = 8, Linear = true, EmbeddingScale = 1, Seed = draw.Seed });

        public RetrievalDataset Encode(TwoTowerModel<int[], int[]> model, int[]? groups = null) =>
            RetrievalDataset.Encode(model, Queries, [.. Enumerable.Range(0, Corpus).Select(row => new[] { row })], Positives, groups: groups ?? Groups);

        public bool Has(int group, int row) => Enumerable.Range(0, Queries.Length).Any(pair => Groups[pair] == group && Positives[pair] == row);
    }
}
