using System.Diagnostics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Tests.Autodiff;

public class TapeProfileTests
{
    [Fact]
    public void Each_op_is_counted_and_takes_time_both_ways()
    {
        var tape = new Tape<double> { Profile = new TapeProfile() };
        for (int step = 0; step < 3; step++)
        {
            tape.Reset();
            Variable<double> input = tape.Input(Tensor<double>.Of(1, 2, 3));
            tape.Backward(tape.Apply(new Slow(), [input.Scale(2).Scale(3)]));
        }

        IReadOnlyList<OpTime> times = tape.Profile.Times();
        Assert.Equal([("Scale", 6L), ("Slow", 3L)], times.Select(time => (time.Op, time.Calls)).Order());
        Assert.Equal(times.Select(time => time.Total).OrderDescending(), times.Select(time => time.Total));
        OpTime slow = times.Single(time => time.Op == "Slow");

        // Three times each way, of which nothing is missing; how much longer it took is the machine's to say.
        Assert.True(slow.Forward >= 3 * Slow.Least && slow.Backward >= 3 * Slow.Least, slow.ToString());
        Assert.Equal(slow.Forward + slow.Backward, slow.Total);
        tape.Profile.Clear();
        Assert.Empty(tape.Profile.Times());
    }

    [Fact]
    public void It_counts_only_while_it_is_there_and_changes_no_bit()
    {
        var profile = new TapeProfile();
        var tape = new Tape<double>();
        double[] before = Step(tape);
        tape.Profile = profile;
        Assert.Equal(before, Step(tape));
        tape.Profile = null;
        Step(tape);
        Assert.Equal(1, profile.Times().Single(time => time.Op == "Sum").Calls);
    }

    [Fact]
    public void Once_each_op_was_seen_measuring_allocates_nothing()
    {
        var tape = new Tape<double> { Profile = new TapeProfile() };
        var input = Tensor<double>.Of(1, 2, 3);
        Scale<double> scale = new(2);
        Sum<double> sum = new();
        void Run()
        {
            tape.Reset();
            tape.Backward(tape.Apply(sum, [tape.Apply(scale, [tape.Input(input)])]));
        }

        for (int i = 0; i < 100; i++)
        {
            Run();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        Run();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static double[] Step(Tape<double> tape)
    {
        tape.Reset();
        Variable<double> input = tape.Input(Tensor<double>.Of(1, 2, 3));
        tape.Backward(input.Scale(2).Scale(3).Sum());
        return input.Gradient.Span.ToArray();
    }

    /// <summary>Sums its input, and takes its time.</summary>
    private sealed class Slow : Op<double>
    {
        public static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);

        public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices) => Shape.Scalar;

        public override void Forward(OpFrame<double> frame)
        {
            Linger();
            frame.Output.Span[0] = 1;
        }

        public override void Backward(OpFrame<double> frame)
        {
            Linger();
            frame.InputGradient(0).Span[0] += 1;
        }

        /// <summary>Until the clock that times ops has gone on: a sleep may end early by another one.</summary>
        private static void Linger()
        {
            long start = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(start) < Least)
            {
                Thread.SpinWait(10);
            }
        }
    }
}
