using System.Globalization;
using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Tasks;

/// <summary>The retrieval task: each query picks its own candidate out of all candidates of the batch.</summary>
/// <remarks>
/// <para>
/// Row i of the queries belongs with row i of the candidates; further candidates are extra negatives for every query.
/// The steps, in this order: scores = Q · Cᵀ; divide by the temperature; subtract log of the candidate's sampling
/// probability (Yi et al., RecSys 2019); take out accidental hits; softmax cross-entropy with sample weights; sum.
/// </para>
/// <para>A removed entry is removed: it adds exactly 0 to the normaliser and to both gradients.</para>
/// <para>A task holds no state of a call and may be used from several threads, each with a tape of its own.</para>
/// </remarks>
public sealed class RetrievalTask<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly RetrievalTaskOptions _options;
    private readonly MatrixProduct<T> _scores = new(transposeB: true);
    private readonly Scale<T>? _divideByTemperature;
    private readonly AddBias<T> _correctSampling = new();
    private readonly RemoveEntries<T> _removeEntries = new();
    private readonly SoftmaxCrossEntropy<T> _loss = new();
    private readonly Sum<T> _sum = new();

    /// <summary>Makes a task.</summary>
    /// <exception cref="ArgumentException">The temperature is not positive and finite, or its inverse overflows.</exception>
    public RetrievalTask(RetrievalTaskOptions? options = null)
    {
        _options = options ?? new RetrievalTaskOptions();
        if (_options.Temperature is { } temperature)
        {
            // The factor, too, must be a positive and finite number of the type.
            T factor = T.CreateChecked(1 / temperature);
            if (!double.IsFinite(temperature) || !(factor > T.Zero) || !T.IsFinite(factor))
            {
                throw Misfit(
                    nameof(RetrievalTaskOptions.Temperature),
                    string.Create(CultureInfo.InvariantCulture, $"Temperature must be positive and finite, and so must its inverse, not {temperature}."));
            }

            _divideByTemperature = new Scale<T>(factor);
        }
    }

    /// <summary>The loss of one batch.</summary>
    /// <param name="queryEmbeddings">[Q, d], Q at least 1.</param>
    /// <param name="candidateEmbeddings">[C, d], C at least Q.</param>
    /// <param name="arguments">Weights, sampling probabilities and ids, where there are any.</param>
    /// <returns>The weighted sum of the queries' losses, of shape [1].</returns>
    /// <exception cref="ArgumentException">An argument does not fit; the message names it, what came and what was expected.</exception>
    public Variable<T> Loss(Variable<T> queryEmbeddings, Variable<T> candidateEmbeddings, RetrievalArguments<T> arguments = default)
    {
        (int queries, int candidates) = CheckEmbeddings(queryEmbeddings.Shape, candidateEmbeddings.Shape);
        Tape<T> tape = queryEmbeddings.Tape;
        Variable<T> logits = tape.Apply(_scores, [queryEmbeddings, candidateEmbeddings]);
        if (_divideByTemperature is not null)
        {
            logits = tape.Apply(_divideByTemperature, [logits]);
        }

        if (!arguments.CandidateSamplingProbability.IsDefault)
        {
            Tensor<T> correction = MinusLog(tape, arguments.CandidateSamplingProbability, candidates);
            logits = tape.Apply(_correctSampling, [logits, tape.Constant(correction)]);
        }

        if (_options.RemoveAccidentalHits)
        {
            CheckIds(arguments.CandidateIds, candidates);
            logits = tape.Apply(_removeEntries, [logits], AccidentalHits.Find(tape, arguments.CandidateIds, queries));
        }

        OpIndices labels = Diagonal(tape, queries);
        if (arguments.SampleWeight.IsDefault)
        {
            return tape.Apply(_sum, [tape.Apply(_loss, [logits], labels)]);
        }

        CheckWeights(arguments.SampleWeight, queries);
        return tape.Apply(_sum, [tape.Apply(_loss, [logits, tape.Constant(arguments.SampleWeight)], labels)]);
    }

    private static OpIndices Diagonal(Tape<T> tape, int queries)
    {
        Memory<int> labels = tape.AllocateIndices(queries);
        for (int i = 0; i < queries; i++)
        {
            labels.Span[i] = i;
        }

        return new OpIndices(labels);
    }

    private static Tensor<T> MinusLog(Tape<T> tape, Tensor<T> probability, int candidates)
    {
        const string Name = nameof(RetrievalArguments<T>.CandidateSamplingProbability);
        CheckShape(Name, probability, candidates);
        ReadOnlySpan<T> values = probability.Span;
        for (int i = 0; i < values.Length; i++)
        {
            if (!(values[i] > T.Zero && values[i] <= T.One))
            {
                throw Misfit(Name, string.Create(CultureInfo.InvariantCulture, $"{Name} must lie in (0, 1], but number {i} is {values[i]}."));
            }
        }

        Tensor<T> correction = tape.Allocate(probability.Shape);
        TensorPrimitives.Log(values, correction.Span);
        TensorPrimitives.Negate(correction.Span, correction.Span);
        return correction;
    }

    private static (int Queries, int Candidates) CheckEmbeddings(Shape queryEmbeddings, Shape candidateEmbeddings)
    {
        if (queryEmbeddings.Rank != 2 || queryEmbeddings.Rows == 0)
        {
            throw new ArgumentException(
                $"queryEmbeddings must have the shape [Q, d] with at least one row, not {queryEmbeddings}.", nameof(queryEmbeddings));
        }

        (int queries, int dimensions) = (queryEmbeddings[0], queryEmbeddings[1]);
        if (candidateEmbeddings.Rank != 2 || candidateEmbeddings[1] != dimensions || candidateEmbeddings[0] < queries)
        {
            throw new ArgumentException(
                $"candidateEmbeddings must have the shape [C, {dimensions}] with C at least {queries}, not {candidateEmbeddings}.", nameof(candidateEmbeddings));
        }

        return (queries, candidateEmbeddings[0]);
    }

    private static void CheckIds(CandidateIds ids, int candidates)
    {
        const string Name = nameof(RetrievalArguments<T>.CandidateIds);
        if (ids.Count != candidates)
        {
            throw Misfit(Name, ids.Count == 0
                ? $"RemoveAccidentalHits needs {Name}, one for each of the {candidates} candidates, but none came."
                : $"{Name} must be one for each of the {candidates} candidates, not {ids.Count}.");
        }

        if (ids.IndexOfNull() is >= 0 and var position)
        {
            throw Misfit(Name, $"{Name} must not hold null, but number {position} is.");
        }
    }

    private static void CheckWeights(Tensor<T> weights, int queries)
    {
        const string Name = nameof(RetrievalArguments<T>.SampleWeight);
        CheckShape(Name, weights, queries);
        ReadOnlySpan<T> values = weights.Span;
        for (int i = 0; i < values.Length; i++)
        {
            if (!(values[i] >= T.Zero) || !T.IsFinite(values[i]))
            {
                throw Misfit(Name, string.Create(CultureInfo.InvariantCulture, $"{Name} must be finite and not negative, but number {i} is {values[i]}."));
            }
        }
    }

    private static void CheckShape(string name, Tensor<T> tensor, int length)
    {
        if (tensor.Shape != new Shape(length))
        {
            throw Misfit(name, $"{name} must have the shape [{length}], not {tensor.Shape}.");
        }
    }

    private static ArgumentException Misfit(string argument, string message) => new(message, argument);
}
