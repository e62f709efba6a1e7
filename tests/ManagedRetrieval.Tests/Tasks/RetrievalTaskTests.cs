using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Tasks;

public class RetrievalTaskTests
{
    [Fact]
    public void Loss_and_both_gradients_are_what_the_formulas_say() => RandomCases.Check(
        draw =>
        {
            RetrievalCase given = RetrievalCase.Random(draw);
            Outcome<double> expected = RetrievalReference.Run(given);
            given.Run<double>().AgreesWith(expected, 1e-10);
            if (expected.IsWellConditioned)
            {
                given.Run<float>().AgreesWith(expected, 2e-4);
            }
        },
        cases: 1000,
        pinned: [(411407722, 12)]);

    [Theory]
    [MemberData(nameof(EveryOption))]
    public void Gradients_agree_with_central_differences(bool temperature, bool correction, bool removal, bool weights, bool extra)
    {
        for (ulong seed = 0; seed < 4; seed++)
        {
            var draw = new Draw(seed, 5);
            RetrievalCase given = RetrievalCase.Random(
                draw, temperature, correction, removal, weights, draw.Between(2, 4), extra ? draw.Between(1, 3) : 0, draw.Between(1, 3));
            var queries = new DenseParameter<double>("queries", given.QueryTensor<double>());
            var candidates = new DenseParameter<double>("candidates", given.CandidateTensor<double>());
            RetrievalTask<double> task = given.Task<double>();
            Variable<double> Loss(Tape<double> tape) =>
                task.Loss(tape.Parameter(queries), tape.Parameter(candidates), given.Arguments<double>());

            GradientCheck.Run(Loss, [queries, candidates], seed).ThrowIfFailed();
            GradientCheck.RunJacobian(Loss, [queries, candidates]).ThrowIfFailed();
        }
    }

    [Fact]
    public void The_worked_example_comes_out()
    {
        // -log σ(3) = log(1 + e^-3) and -log(1 - σ(4)) = log(1 + e^4).
        RetrievalCase given = WorkedExample();
        Assert.Equal(0.04858735157374196, given.OnlyRow(0).Run<double>().Loss[0], 1e-14);
        Assert.Equal(4.0181499279178094, given.OnlyRow(1).Run<double>().Loss[0], 1e-14);
        Assert.Equal(0.04858735157374196 + 4.0181499279178094, given.Run<double>().Loss[0], 1e-14);
        Assert.Equal((0.7 * 0.04858735157374196) + (0.3 * 4.0181499279178094), (given with { Weights = [0.7, 0.3] }).Run<double>().Loss[0], 1e-14);
        Assert.Equal(0.04858735f + 4.01814993f, given.Run<float>().Loss[0], 1e-5f);
    }

    [Fact]
    public void Logits_of_huge_and_tiny_magnitude_give_finite_losses_and_gradients()
    {
        foreach (double magnitude in (double[])[1e4, -1e4, 1e-30, -1e-30])
        {
            RetrievalCase given = WorkedExample() with
            {
                Dimensions = 1,
                Candidates = 4,
                QueryEmbeddings = [1, -1],
                CandidateEmbeddings = [magnitude, -magnitude, magnitude, 0],
            };
            Outcome<double> expected = RetrievalReference.Run(given);
            given.Run<double>().AgreesWith(expected, 1e-10);
            given.Run<float>().AgreesWith(expected, 2e-4);
        }
    }

    [Fact]
    public void A_small_temperature_acts_like_large_embeddings()
    {
        RetrievalCase given = WorkedExample() with { Temperature = 1e-3 };
        Outcome<double> expected = RetrievalReference.Run(WorkedExample() with { QueryEmbeddings = [1000, 2000, 3000, 2000, 3000, 4000] });
        Agree.InNorm<double>("loss", expected.Loss, given.Run<double>().Loss, 1e-10);
    }

    [Fact]
    public void Any_number_of_workers_gives_the_same_bits()
    {
        // Some hundred rows and columns make several parts of every op.
        RetrievalCase given = RetrievalCase.Random(new Draw(5, 12), true, true, true, true, queries: 150, extra: 1200, dimensions: 24);
        Same<double>(given);
        Same<float>(given);

        static void Same<T>(RetrievalCase given)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Outcome<T> alone = given.Run<T>();
            foreach (int workers in (int[])[1, 2, 3, 8])
            {
                using var team = new WorkerTeam(workers);
                given.Run<T>(team).IsExactly(alone);
            }
        }
    }

    [Theory]
    [InlineData((int)IdKind.Int)]
    [InlineData((int)IdKind.Long)]
    [InlineData((int)IdKind.Text)]
    public void A_warm_step_with_every_option_allocates_nothing(int kind)
    {
        RetrievalCase given = RetrievalCase.Random(new Draw(6, 12), true, true, true, true, queries: 40, extra: 30, dimensions: 8);
        Assert.Equal(0, AllocatedByAWarmStep(given with { Kind = (IdKind)kind }));
    }

    [Fact]
    public void A_warm_step_without_options_allocates_nothing() => Assert.Equal(
        0, AllocatedByAWarmStep(RetrievalCase.Random(new Draw(7, 12), false, false, false, false, queries: 40, extra: 0, dimensions: 8)));

    [Fact]
    public void A_tape_is_none_the_worse_for_the_steps_before()
    {
        var tape = new Tape<double>();
        for (ulong seed = 0; seed < 20; seed++)
        {
            RetrievalCase given = RetrievalCase.Random(new Draw(seed, 12));
            tape.Reset();
            Variable<double> queries = tape.Input(given.QueryTensor<double>());
            Variable<double> candidates = tape.Input(given.CandidateTensor<double>());
            Variable<double> loss = given.Task<double>().Loss(queries, candidates, given.Arguments<double>());
            tape.Backward(loss);
            new Outcome<double>(loss.Value.Span.ToArray(), queries.Gradient, candidates.Gradient).IsExactly(given.Run<double>());
        }
    }

    [Theory]
    [InlineData(0.01, -40)]
    [InlineData(100, 40)]
    public void A_learnt_temperature_that_a_step_takes_out_of_its_range_comes_back(double edge, double logTemperature)
    {
        RetrievalCase given = WorkedExample() with { LearnTemperature = true };
        RetrievalTask<double> task = given.Task<double>();
        var learned = (DenseParameter<double>)Assert.Single(task.Parameters);
        learned.Value.Span[0] = logTemperature;
        var tape = new Tape<double>();
        tape.Backward(task.Loss(tape.Input(given.QueryTensor<double>()), tape.Input(given.CandidateTensor<double>())));
        Assert.Equal(Math.Log(edge), learned.Value.Span[0], 1e-12);
        Assert.Equal(edge, task.Temperature, 1e-12);
        Assert.NotEqual(0, learned.Gradient.Span[0]);
    }

    [Fact]
    public void Threads_share_a_task()
    {
        // Whatever another thread is at: other sizes, other ids, another number of heads.
        var options = new RetrievalTaskOptions<double>
        {
            Temperature = 0.5,
            RemoveAccidentalHits = true,
            NumberOfHardNegatives = 2,
            BatchMetrics = RankMetric.MeanRank,
        };
        var task = new RetrievalTask<double>(options with { LossMetrics = [new MeanLoss()] });
        RetrievalCase[] cases = [.. Enumerable.Range(0, 24).Select(i => Case((ulong)i)), .. Enumerable.Range(0, 24).Select(i => Case((ulong)i))];
        double[] shared = new double[4 * cases.Length];
        Parallel.For(0, shared.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i => shared[i] = Loss(task, cases[i % cases.Length]));
        var alone = new RetrievalTask<double>(options with { LossMetrics = [new MeanLoss()] });
        double[] expected = [.. cases.Select(given => Loss(alone, given))];
        Agree.Exactly<double>("losses", [.. expected, .. expected, .. expected, .. expected], shared);
        Assert.Equal(alone.Results().Keys, task.Results().Keys);
        Assert.All(task.Results(), metric => Assert.Equal(alone.Results()[metric.Key], metric.Value, 1e-10));

        static RetrievalCase Case(ulong seed)
        {
            var draw = new Draw(seed, 12);
            RetrievalCase given = RetrievalCase.Random(draw, false, true, true, true, draw.Between(1, 20), draw.Between(0, 9), 4);
            int heads = draw.Between(1, 3);
            return given with { Heads = heads, QueryEmbeddings = RetrievalCase.Embeddings(draw, given.Queries * heads * 4, 4) };
        }

        static double Loss(RetrievalTask<double> task, RetrievalCase given)
        {
            var tape = new Tape<double>();
            return task.Loss(tape.Input(given.QueryTensor<double>()), tape.Input(given.CandidateTensor<double>()), given.Arguments<double>()).Value.Span[0];
        }
    }

    public static TheoryData<bool, bool, bool, bool, bool> EveryOption()
    {
        var data = new TheoryData<bool, bool, bool, bool, bool>();
        for (int bits = 0; bits < 32; bits++)
        {
            data.Add((bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0, (bits & 16) != 0);
        }

        return data;
    }

    private static RetrievalCase WorkedExample() => new()
    {
        Queries = 2,
        Candidates = 2,
        Dimensions = 3,
        QueryEmbeddings = [1, 2, 3, 2, 3, 4],
        CandidateEmbeddings = [1, 1, 1, 1, 1, 0],
    };

    private static long AllocatedByAWarmStep(RetrievalCase given)
    {
        var tape = new Tape<float>();
        RetrievalTask<float> task = given.Task<float>();
        RetrievalArguments<float> arguments = given.Arguments<float>();
        (Tensor<float> queries, Tensor<float> candidates) = (given.QueryTensor<float>(), given.CandidateTensor<float>());
        return Allocated.ByOneOf(() =>
        {
            tape.Reset();
            tape.Backward(task.Loss(tape.Input(queries), tape.Input(candidates), arguments));
        });
    }
}
