using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Optimizers;

namespace ManagedRetrieval.Tests.Optimizers;

public class LearningRateScheduleTests
{
    [Fact]
    public void A_constant_schedule_is_1_everywhere() => Follows(LearningRateSchedule.Constant, (1, 1), (1000000, 1), (int.MaxValue, 1));

    [Fact]
    public void A_warm_up_rises_in_a_line_and_stays()
    {
        Follows(LearningRateSchedule.WarmUp(4), (1, 0.25), (2, 0.5), (3, 0.75), (4, 1), (5, 1), (int.MaxValue, 1));
        Follows(LearningRateSchedule.WarmUp(1), (1, 1), (2, 1));
    }

    [Fact]
    public void What_follows_a_warm_up_counts_from_its_end()
    {
        LearningRateSchedule decay = LearningRateSchedule.StepDecay(2, 0.5);
        Follows(LearningRateSchedule.WarmUp(2, decay), (1, 0.5), (2, 1), (3, 1), (4, 1), (5, 0.5), (6, 0.5), (7, 0.25));
        Follows(LearningRateSchedule.WarmUp(2, LearningRateSchedule.WarmUp(2, decay)), (2, 1), (3, 0.5), (4, 1), (7, 0.5));
    }

    [Fact]
    public void Step_decay_falls_every_so_many_steps() =>
        Follows(LearningRateSchedule.StepDecay(3, 0.1), (1, 1), (3, 1), (4, 0.1), (6, 0.1), (7, 0.01), (10, 0.001));

    [Fact]
    public void A_cosine_is_halfway_down_in_the_middle_and_stays_at_its_floor()
    {
        Follows(LearningRateSchedule.Cosine(8), (1, 1), (3, 0.5 + (0.25 * Math.Sqrt(2))), (5, 0.5), (9, 0), (10, 0), (int.MaxValue, 0));
        Follows(LearningRateSchedule.Cosine(8, floor: 0.2), (1, 1), (5, 0.6), (9, 0.2), (1000, 0.2));
    }

    [Fact]
    public void An_inverse_square_root_is_a_half_after_three_times_its_steps() =>
        Follows(LearningRateSchedule.InverseSquareRoot(100), (1, 1), (301, 0.5), (1501, 0.25), (9901, 0.1));

    [Fact]
    public void An_optimizer_multiplies_its_rate_by_the_factor_of_the_step()
    {
        var x = new DenseParameter<double>("x", Tensor<double>.Of(0));
        var optimizer = new Sgd<double>(2) { Schedule = LearningRateSchedule.WarmUp(4, LearningRateSchedule.StepDecay(1, 0.5)) };
        double moved = 0;
        foreach (double factor in (double[])[0.25, 0.5, 0.75, 1, 1, 0.5, 0.25])
        {
            Assert.Equal(2 * factor, optimizer.CurrentLearningRate, 1e-15);
            Assert.Equal(2, optimizer.LearningRate);
            x.Gradient.Span[0] = 1;
            optimizer.Step([x]);
            moved -= 2 * factor;
            Assert.Equal(moved, x.Value.Span[0], 1e-14);
        }

        Assert.Equal(7, optimizer.Steps);
    }

    [Fact]
    public void A_factor_of_0_moves_nothing()
    {
        var x = new DenseParameter<float>("x", Tensor<float>.Of(3));
        LearningRateSchedule zero = new Fixed(0);
        Optimizer<float>[] optimizers =
        [
            new Sgd<float> { Schedule = zero },
            new Adagrad<float> { Schedule = zero },
            new RowWiseAdagrad<float> { Schedule = zero },
            new Adam<float> { Schedule = zero },
            new AdamW<float> { Schedule = zero },
        ];
        foreach (Optimizer<float> optimizer in optimizers)
        {
            x.Gradient.Span[0] = 1;
            optimizer.Step([x]);
            Assert.Equal(3, x.Value.Span[0]);
        }
    }

    [Theory]
    [InlineData(-0.5)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void An_impossible_factor_is_an_error_that_names_the_step_and_nothing_moves(double factor)
    {
        var x = new DenseParameter<float>("x", Tensor<float>.Of(3));
        x.Gradient.Span[0] = 1;
        var optimizer = new Sgd<float> { Schedule = new Fixed(factor) };
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => optimizer.Step([x]));
        Assert.Contains("for step 1", error.Message, StringComparison.Ordinal);
        Assert.Equal((3, 1, 0), (x.Value.Span[0], x.Gradient.Span[0], optimizer.Steps));
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("steps", () => LearningRateSchedule.WarmUp(0));
        Assert.Throws<ArgumentOutOfRangeException>("steps", () => LearningRateSchedule.Cosine(0));
        Assert.Throws<ArgumentOutOfRangeException>("steps", () => LearningRateSchedule.InverseSquareRoot(0));
        Assert.Throws<ArgumentOutOfRangeException>("every", () => LearningRateSchedule.StepDecay(0, 0.5));
        foreach (double wrong in (double[])[0, -1, 1.5, double.NaN])
        {
            Assert.Throws<ArgumentOutOfRangeException>("factor", () => LearningRateSchedule.StepDecay(1, wrong));
        }

        foreach (double wrong in (double[])[-0.1, 1.5, double.NaN])
        {
            Assert.Throws<ArgumentOutOfRangeException>("floor", () => LearningRateSchedule.Cosine(1, wrong));
        }

        Assert.Throws<ArgumentNullException>("Schedule", () => new Adam<float> { Schedule = null! });
    }

    private static void Follows(LearningRateSchedule schedule, params (int Step, double Factor)[] expected) =>
        Assert.All(expected, point => Assert.Equal(point.Factor, schedule.Factor(point.Step), 1e-14));

    private sealed class Fixed(double factor) : LearningRateSchedule
    {
        public override double Factor(int stepNumber) => factor;
    }
}
