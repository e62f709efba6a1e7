using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Losses;

/// <summary>Weighs the losses of the rows and makes one of them.</summary>
/// <param name="reduction">Σ w·l, Σ w·l / Σ w, or w·l row by row.</param>
/// <param name="divideByRows">Whether a mean is Σ w·l / Q, as in TensorFlow Recommenders.</param>
internal sealed class WeightedReduction<T>(LossReduction reduction, bool divideByRows)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Multiply<T> _weigh = new();
    private readonly Sum<T> _sum = new();

    /// <summary>What each row's loss is multiplied by; the default value where that is 1.</summary>
    /// <param name="tape">Lends the memory.</param>
    /// <param name="rows">[Q].</param>
    /// <param name="weights">[Q]; the default value where all are 1.</param>
    public Tensor<T> Factors(Tape<T> tape, Shape rows, Tensor<T> weights) => reduction == LossReduction.Mean ? MeanFactors(tape, rows, weights) : weights;

    /// <param name="losses">[Q].</param>
    /// <param name="factors">What <see cref="Factors"/> gave.</param>
    public Variable<T> Apply(Variable<T> losses, Tensor<T> factors)
    {
        Tape<T> tape = losses.Tape;
        if (!factors.IsDefault)
        {
            losses = tape.Apply(_weigh, [losses, tape.Constant(factors)]);
        }

        return reduction == LossReduction.None ? losses : tape.Apply(_sum, [losses]);
    }

    private Tensor<T> MeanFactors(Tape<T> tape, Shape rows, Tensor<T> weights)
    {
        Tensor<T> factors = tape.Allocate(rows);
        factors.Span.Fill(T.One);
        if (!weights.IsDefault)
        {
            weights.Span.CopyTo(factors.Span);
        }

        // Where all weights are 0 they stay it, and so does the mean.
        T total = divideByRows ? T.CreateChecked(rows.Length) : RowReduce.Sum<T>(factors.Span);
        if (total > T.Zero)
        {
            TensorPrimitives.Divide(factors.Span, total, factors.Span);
        }

        return factors;
    }
}
