using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>A random share of the elements set to 0 and the rest scaled up, so that the mean stays (Srivastava et al. 2014).</summary>
/// <remarks>
/// Forward: y_p = x_p / (1 − rate) where the element at position p is kept, else 0, whatever x_p is.
/// Backward: dx_p += dy_p / (1 − rate) where it is kept; a dropped element adds exactly nothing.
/// Seed, step and position alone decide what is kept, each element with probability 1 − rate, so backward draws the same
/// mask again. The step is the one integer of the application; see <see cref="DropoutExtensions"/>.
/// Saved: nothing. Cost: one random number an element, and one backward; elements are cut into parts.
/// It is for training: evaluation leaves it out.
/// </remarks>
/// <param name="rate">The probability that an element is dropped, from 0 to less than 1; 0 changes nothing.</param>
/// <param name="seed">Layers of one model need seeds of their own, else they drop the same positions.</param>
/// <exception cref="ArgumentOutOfRangeException">The rate is not in [0, 1).</exception>
public sealed class Dropout<T>(double rate, ulong seed) : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Drawing a number and comparing it takes some four times as long as streaming an element.
    private const int CostPerElement = 4;

    private const double TwoTo64 = 4294967296.0 * 4294967296.0;

    private readonly T _scale = T.CreateChecked(1 / (1 - rate));

    // An element is dropped where 64 random bits are below rate · 2⁶⁴.
    private readonly ulong _dropped = rate is >= 0 and < 1
        ? (ulong)(rate * TwoTo64)
        : throw new ArgumentOutOfRangeException(nameof(rate), rate, "The rate must be from 0 to less than 1.");

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        ShapeRule.Inputs("Dropout", inputs, 1, 1);
        ShapeRule.Length("Dropout", "step", indices.Values.Length, 1);
        return inputs[0];
    }

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame) => Run(frame, frame.Input(0).Span, frame.Output.Span, adds: false);

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame)
    {
        if (frame.NeedsGradient(0))
        {
            Run(frame, frame.OutputGradient.Span, frame.InputGradient(0).Span, adds: true);
        }
    }

    private void Run(OpFrame<T> frame, ReadOnlySpan<T> source, Span<T> target, bool adds)
    {
        var job = new Job
        {
            Blocks = Partition.ByCost(source.Length, CostPerElement),
            Random = new CounterRandom(seed, (uint)frame.Indices.Values.Span[0]),
            Dropped = _dropped,
            Scale = _scale,
            Source = source,
            Target = target,
            Adds = adds,
        };
        frame.Workers.Run(job, job.Blocks.Parts);
    }

    private ref struct Job : IParallelJob
    {
        public required Partition Blocks;
        public required CounterRandom Random;
        public required ulong Dropped;
        public required T Scale;
        public required ReadOnlySpan<T> Source;
        public required Span<T> Target;

        /// <summary>Whether the result is added to the target, rather than written over it.</summary>
        public required bool Adds;

        public readonly void Run(int part)
        {
            (int start, int count) = Blocks[part];
            for (int p = start; p < start + count; p++)
            {
                T kept = Random.Bits((ulong)p) >= Dropped ? Source[p] * Scale : T.Zero;
                Target[p] = Adds ? Target[p] + kept : kept;
            }
        }
    }
}

/// <summary>Calls the op <c>Dropout</c>.</summary>
public static class DropoutExtensions
{
    /// <summary>x with a random share of its elements set to 0 and the rest divided by 1 − rate.</summary>
    /// <param name="x">Of any shape.</param>
    /// <param name="rate">The probability that an element is dropped, from 0 to less than 1.</param>
    /// <param name="seed">Layers of one model need seeds of their own.</param>
    /// <param name="step">The number of the training step; each has a mask of its own.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not in [0, 1).</exception>
    public static Variable<T> Dropout<T>(this Variable<T> x, double rate, ulong seed, int step)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => x.Dropout(new Dropout<T>(rate, seed), step);

    /// <summary>The same by an op that was made before: a layer that keeps its op and counts its steps allocates nothing once warm.</summary>
    /// <param name="x">Of any shape.</param>
    /// <param name="op">Rate and seed.</param>
    /// <param name="step">The number of the training step; each has a mask of its own.</param>
    public static Variable<T> Dropout<T>(this Variable<T> x, Dropout<T> op, int step)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Memory<int> indices = x.Tape.AllocateIndices(1);
        indices.Span[0] = step;
        return x.Tape.Apply(op, [x], new OpIndices(indices));
    }
}
