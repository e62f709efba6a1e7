using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Optimizers;

public class WeightAverageTests
{
    [Fact]
    public void It_is_what_the_formula_says_for_rows_however_seldom_they_are_touched()
    {
        FollowsTheFormula<double>(1e-12);
        FollowsTheFormula<float>(2e-5);
    }

    [Fact]
    public void Swapping_out_brings_the_weights_back_bit_for_bit_and_training_goes_on_as_if_nothing_had_been()
    {
        (Tensor<float> Dense, Tensor<float> Table) looked = Train(true), not = Train(false);
        Agree.Exactly<float>("dense", not.Dense.Span, looked.Dense.Span);
        Agree.Exactly<float>("table", not.Table.Span, looked.Table.Span);

        static (Tensor<float> Dense, Tensor<float> Table) Train(bool look)
        {
            var run = new Run<float>(new Draw(4, 12), WeightAverage<float>.Exponential(0.9), new Shape(6, 5));
            for (int step = 0; step < 12; step++)
            {
                run.Step();
                if (look)
                {
                    run.Average.SwapIn();
                    run.Average.SwapOut();
                }
            }

            return (run.Dense.Value, run.Table.Value);
        }
    }

    [Fact]
    public void Any_number_of_workers_gives_the_same_bits()
    {
        float[] alone = Train(null);
        using var team = new WorkerTeam(3);
        Agree.Exactly<float>("3 workers", alone, Train(team));

        static float[] Train(WorkerTeam? team)
        {
            var run = new Run<float>(new Draw(6, 12), WeightAverage<float>.Exponential(0.9), new Shape(700, 60));
            for (int step = 0; step < 5; step++)
            {
                run.Step(team);
            }

            run.Average.SwapIn(team);
            return [.. run.Dense.Value.Span, .. run.Table.Value.Span];
        }
    }

    [Fact]
    public void Touching_every_row_gives_the_bits_of_a_dense_parameter()
    {
        var draw = new Draw(7, 12);
        Tensor<float> start = draw.Tensor<float>(new Shape(4, 19));
        var dense = new DenseParameter<float>("dense", start.Clone());
        var table = new EmbeddingTable<float>("table", start.Clone());
        var optimizer = new Adam<float>(0.1) { Average = WeightAverage<float>.Exponential(0.75) };
        for (int step = 0; step < 6; step++)
        {
            Tensor<float> gradient = draw.Tensor<float>(start.Shape);
            gradient.Span.CopyTo(dense.Gradient.Span);
            OptimizerChecks.SetRows(table, [0, 1, 2, 3], gradient);
            optimizer.Step([dense, table]);
        }

        float[] weights = dense.Value.Span.ToArray();
        optimizer.Average.SwapIn();
        Agree.Exactly<float>("average", dense.Value.Span, table.Value.Span);
        Assert.NotEqual(weights, dense.Value.Span.ToArray());
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(3, 2)]
    [InlineData(3, 4)]
    public void Up_to_the_first_step_that_counts_it_is_the_weights(int start, int steps)
    {
        var run = new Run<double>(new Draw(8, 12), WeightAverage<double>.Plain(start), new Shape(3, 4));
        for (int step = 0; step < steps; step++)
        {
            run.Step();
        }

        double[] weights = run.Dense.Value.Span.ToArray();
        run.Average.SwapIn();
        Assert.Equal(weights, run.Dense.Value.Span.ToArray());
        run.Average.SwapOut();
        Assert.Equal(weights, run.Dense.Value.Span.ToArray());
    }

    [Fact]
    public void A_frozen_parameter_is_its_own_average()
    {
        var frozen = new DenseParameter<double>("frozen", Tensor<double>.Of(5));
        var optimizer = new Sgd<double> { Average = WeightAverage<double>.Plain(), Groups = [new(_ => true) { Frozen = true }] };
        optimizer.Step([frozen]);
        optimizer.Step([frozen]);
        optimizer.Average.SwapIn();
        Assert.Equal(5, frozen.Value.Span[0]);
    }

    [Fact]
    public void There_is_no_step_and_no_second_swap_while_averages_are_swapped_in()
    {
        var run = new Run<double>(new Draw(8, 12), WeightAverage<double>.Plain(), new Shape(3, 4));
        run.Step();
        run.Step();
        Assert.False(run.Average.IsSwappedIn);
        Assert.Throws<InvalidOperationException>(run.Average.SwapOut);
        run.Average.SwapIn();
        Assert.True(run.Average.IsSwappedIn);
        double[] averages = run.Dense.Value.Span.ToArray();
        Assert.Throws<InvalidOperationException>(() => run.Average.SwapIn());
        Assert.Throws<InvalidOperationException>(() => run.Step());
        Assert.Throws<InvalidOperationException>(() => run.Optimizer.ExportState());
        Assert.Equal(averages, run.Dense.Value.Span.ToArray());
        Assert.Equal((2, 2), (run.Optimizer.Steps, run.Average.Steps));
        run.Average.SwapOut();
        run.Step();
        Assert.Equal(3, run.Average.Steps);
    }

    [Fact]
    public void A_warm_step_allocates_nothing()
    {
        OptimizerChecks.AWarmStepAllocatesNothing(new Adam<float> { Average = WeightAverage<float>.Exponential(0.99) });
        OptimizerChecks.AWarmStepAllocatesNothing(new Sgd<float> { Average = WeightAverage<float>.Plain() });
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        foreach (double wrong in (double[])[0, 1, -0.5, double.NaN, -double.NaN])
        {
            Assert.Throws<ArgumentOutOfRangeException>("decay", () => WeightAverage<float>.Exponential(wrong));
        }

        Assert.Throws<ArgumentOutOfRangeException>("start", () => WeightAverage<float>.Exponential(0.5, -1));
        Assert.Throws<ArgumentOutOfRangeException>("start", () => WeightAverage<float>.Plain(-1));
    }

    private static void FollowsTheFormula<T>(double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => RandomCases.Check(
            draw =>
            {
                (int start, int steps) = (draw.OneOf<int>(0, 1, 5), draw.Between(1, 40));
                double decay = draw.OneOf<double>(0.5, 0.9, 0.999, 1);
                WeightAverage<T> average = decay == 1 ? WeightAverage<T>.Plain(start) : WeightAverage<T>.Exponential(decay, start);
                var run = new Run<T>(draw, average, new Shape(draw.Length(), draw.OneOf<int>(1, 17, 300)));
                var history = new List<double[]>();
                for (int step = 1; step <= steps; step++)
                {
                    run.Step();
                    history.Add(run.Values());
                    if (draw.Below(5) == 0)
                    {
                        // A look between, after which it goes on.
                        run.Average.SwapIn();
                        run.Average.SwapOut();
                    }
                }

                double[][] counted = [.. history.Skip(Math.Min(start, steps - 1))];
                double[] weights = [.. Enumerable.Range(0, counted.Length).Select(i => Math.Pow(decay, counted.Length - 1 - i))];
                double[] expected = [.. Enumerable.Range(0, counted[0].Length).Select(
                    element => counted.Zip(weights, (values, weight) => weight * values[element]).Sum() / weights.Sum())];
                run.Average.SwapIn();
                Agree.InNorm<double>("average", expected, run.Values(), tolerance, floor: 0.5);
            },
            cases: 60,
            size: 8);

    /// <summary>Random steps of a dense parameter, and of a table a row of which is touched in one step of four.</summary>
    private sealed class Run<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Draw _draw;

        public Run(Draw draw, WeightAverage<T> average, Shape shape)
        {
            (_draw, Average) = (draw, average);
            Dense = new("dense", draw.Tensor<T>(shape));
            Table = new("table", draw.Tensor<T>(shape));
            Optimizer = new Sgd<T>(0.25) { Average = average };
        }

        public DenseParameter<T> Dense { get; }

        public EmbeddingTable<T> Table { get; }

        public Optimizer<T> Optimizer { get; }

        public WeightAverage<T> Average { get; }

        public double[] Values() => [.. OptimizerChecks.Doubles<T>(Dense.Value.Span), .. OptimizerChecks.Doubles<T>(Table.Value.Span)];

        public void Step(WorkerTeam? team = null)
        {
            Tensor<T> gradient = _draw.Tensor<T>(Dense.Value.Shape);
            gradient.Span.CopyTo(Dense.Gradient.Span);
            OptimizerChecks.SetRows(Table, [.. Enumerable.Range(0, Table.Value.Shape.Rows).Where(_ => _draw.Below(4) == 0)], gradient);
            Optimizer.Step([Dense, Table], team);
        }
    }
}
