using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Losses;

/// <summary>Subtracts the logarithm of each candidate's sampling probability, so that frequent candidates are not pushed down for being frequent.</summary>
/// <remarks>
/// z_ij − log q_j (Yi et al., RecSys 2019). With it, the softmax over sampled candidates estimates the softmax over all.
/// The estimate holds for negatives as they were sampled; after hard-negative mining it is biased.
/// </remarks>
/// <param name="columns">Which columns are corrected.</param>
/// <param name="clip">Whether probabilities below 1e-6 count as 1e-6, as in TensorFlow Recommenders; then 0 is no error.</param>
public sealed class SamplingProbabilityCorrection<T>(SamplingCorrection columns = SamplingCorrection.AllColumns, bool clip = false)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double SmallestClipped = 1e-6;

    private readonly CorrectSampling<T> _correct = new(columns switch
    {
        SamplingCorrection.AllColumns => false,
        SamplingCorrection.NegativesOnly => true,
        _ => throw new ArgumentOutOfRangeException(nameof(columns), columns, "Corrected are AllColumns or NegativesOnly."),
    });

    /// <summary>The corrected logits, [Q, C].</summary>
    /// <param name="logits">[Q, C].</param>
    /// <param name="candidateSamplingProbability">[C], each in (0, 1].</param>
    /// <param name="positives">A ragged list of each row's positives, first its own: those that keep their logits where negatives only are corrected. By default the own positive alone.</param>
    /// <exception cref="ArgumentException">The shape does not fit, a probability is outside (0, 1], or the lists do not fit.</exception>
    public Variable<T> Apply(Variable<T> logits, Tensor<T> candidateSamplingProbability, OpIndices positives = default)
    {
        LossCheck.Matrix(logits);
        LossCheck.Positives(nameof(positives), positives, logits.Shape);
        LossCheck.Probabilities(nameof(candidateSamplingProbability), candidateSamplingProbability, logits.Shape[1], clip);
        return logits.Tape.Apply(_correct, [logits, logits.Tape.Constant(Logarithms(logits.Tape, candidateSamplingProbability))], positives);
    }

    /// <summary>What is subtracted from each column.</summary>
    internal Tensor<T> Logarithms(Tape<T> tape, Tensor<T> candidateSamplingProbability)
    {
        Tensor<T> logarithms = tape.Allocate(candidateSamplingProbability.Shape);
        TensorPrimitives.Max(candidateSamplingProbability.Span, T.CreateChecked(clip ? SmallestClipped : 0), logarithms.Span);
        TensorPrimitives.Log(logarithms.Span, logarithms.Span);
        return logarithms;
    }
}
