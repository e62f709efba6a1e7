using System.Globalization;
using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Losses;
using ManagedRetrieval.Sampling;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Training;

/// <summary>Gathers the pairs of a step with its further negatives, and makes their loss.</summary>
internal sealed class TrainingStep
{
    private readonly TwoTowerModel _model;
    private readonly RetrievalTask<float> _task;
    private readonly Tape<float> _tape;
    private readonly RetrievalDataset _data;
    private readonly TrainingOptions _options;
    private readonly CandidateMemory<float>? _memory;
    private readonly StackRows<float> _stack = new();
    private readonly Add<float> _add = new();
    private readonly NormalizeRows<float> _normalizeRows = new();
    private readonly TakeColumns<float>[] _truncations;
    private readonly Scale<float> _average;
    private readonly RaggedIds _known = new();
    private readonly EncodedBatch _queries;
    private readonly EncodedBatch _candidates;
    private readonly StepFaults _faults;

    /// <summary>For each corpus row the probability, per draw, of coming with a pair; empty where nothing is corrected.</summary>
    private readonly ReadOnlyMemory<float> _probabilities;

    public TrainingStep(
        TwoTowerModel model, RetrievalTask<float> task, Tape<float> tape, RetrievalDataset data, TrainingOptions options, CandidateMemory<float>? memory)
    {
        (_model, _task, _tape, _data, _options, _memory) = (model, task, tape, data, options, memory);
        _truncations = [.. model.MatryoshkaDimensions.Select(dimensions => new TakeColumns<float>(0, dimensions))];
        _average = new Scale<float>(1f / (1 + _truncations.Length));
        (_queries, _candidates) = (data.Queries.NewEmpty(), data.Candidates.NewEmpty());
        _faults = new StepFaults(tape);
        _probabilities = !options.CorrectSamplingBias ? default
            : options.CandidateSamplingProbability.IsEmpty ? data.CandidateFrequencies() : options.CandidateSamplingProbability;
    }

    /// <summary>The loss on the tape, Σ w·l over the step's pairs, Σ w, and what was met on the way.</summary>
    /// <param name="pairs">Numbers of pairs.</param>
    /// <param name="step">Another number for each step.</param>
    /// <param name="epoch">For messages.</param>
    /// <exception cref="ArithmeticException">An embedding, a score or the loss is not finite.</exception>
    public (Variable<float> Loss, double Sum, double Weight, RetrievalCounts Counts) Run(ReadOnlySpan<int> pairs, ulong step, int epoch)
    {
        _tape.Reset();
        int own = pairs.Length, sampled = _options.NegativeSampler is null ? 0 : _options.SampledNegatives;
        Memory<int> numbers = _tape.AllocateIndices(own);
        Span<int> rows = numbers.Span;
        pairs.CopyTo(rows);
        _faults.Begin(numbers);
        Memory<int> ids = _tape.AllocateIndices(own + sampled + (_memory?.Count ?? 0));
        Gather<int>(_data.Positives, rows, ids.Span[..own]);
        Sample(step, ids.Span.Slice(own, sampled));
        _queries.Gather(_data.Queries, rows);
        _candidates.Gather(_data.Candidates, ids.Span[..(own + sampled)]);
        var pass = TowerPass.Training(unchecked((int)step));
        Variable<float> queries = _model.QueryTower.Apply(_tape, _queries, pass);
        _faults.QueriesAreDone(ids, own + sampled);
        Variable<float> candidates = _model.CandidateTower.Apply(_tape, _candidates, pass);
        _faults.CandidatesAreDone();
        RequireFinite(queries.Value, "a query's embedding", epoch);
        RequireFinite(candidates.Value, "a candidate's embedding", epoch);
        Tensor<float> probabilities = Probabilities(ids.Span, own, sampled);
        Variable<float> all = Remembered(candidates, ids.Span[(own + sampled)..], probabilities);
        var arguments = new RetrievalArguments<float>
        {
            CandidateIds = new CandidateIds((ReadOnlyMemory<int>)ids),
            KnownPositives = Known(rows),
            SampleWeight = GatherTensor(_data.Weights, rows, own),
            CandidateSamplingProbability = probabilities,
            ComputeMetrics = false,
        };
        Variable<float> loss = Loss(queries, all, arguments, epoch, out RetrievalCounts counts);
        loss = WithLeadingDimensions(loss, queries, all, arguments, epoch);
        Remember(candidates.Value, ids[..(own + sampled)], probabilities);
        double weight = arguments.SampleWeight.IsDefault ? own : RowReduce.Sum<float>(arguments.SampleWeight.Span);
        double divisor = _task.Options.Reduction == LossReduction.Sum ? 1 : _task.Options.TfrsCompatible ? own : weight;
        double sum = loss.Value.Span[0] * divisor;
        return (loss, sum, weight, counts);
    }

    private static void Gather<TValue>(ReadOnlySpan<TValue> values, ReadOnlySpan<int> rows, Span<TValue> gathered)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            gathered[i] = values[rows[i]];
        }
    }

    private void RequireFinite(Tensor<float> embeddings, string what, int epoch)
    {
        if (!TensorPrimitives.IsFiniteAll<float>(embeddings.Span))
        {
            throw _faults.NotFinite(what + " is no longer finite", epoch);
        }
    }

    /// <summary>A step by a gradient that is not finite would leave a model of which nothing can be saved.</summary>
    /// <exception cref="ArithmeticException">A gradient is not finite.</exception>
    public void RequireFiniteGradients(IReadOnlyList<Parameter<float>> parameters, Variable<float> loss, int epoch)
    {
        // Not foreach, whose enumerator would be allocated.
        for (int i = 0; i < parameters.Count; i++)
        {
            if (!TensorPrimitives.IsFiniteAll<float>(parameters[i].GradientElements))
            {
                throw _faults.NotFiniteGradient($"the gradient of '{parameters[i].Name}' is not finite", epoch, loss);
            }
        }
    }

    private Variable<float> Loss(
        Variable<float> queries, Variable<float> candidates, in RetrievalArguments<float> arguments, int epoch, out RetrievalCounts counts)
    {
        Variable<float> loss;
        try
        {
            loss = _task.Loss(queries, candidates, arguments, out counts);
        }
        catch (ArithmeticException cause)
        {
            throw _faults.NotFinite("a score or the loss overflowed", epoch, cause);
        }

        // Before the update, which would spread the NaN over every parameter.
        float value = loss.Value.Span[0];
        return float.IsFinite(value)
            ? loss
            : throw _faults.NotFinite(string.Create(CultureInfo.InvariantCulture, $"the loss became {value}"), epoch);
    }

    /// <summary>The mean of the loss and of those of the leading dimensions on their own.</summary>
    private Variable<float> WithLeadingDimensions(
        Variable<float> loss, Variable<float> queries, Variable<float> candidates, RetrievalArguments<float> arguments, int epoch)
    {
        if (_truncations.Length == 0)
        {
            return loss;
        }

        foreach (TakeColumns<float> truncation in _truncations)
        {
            loss = _tape.Apply(_add, [loss, Loss(Truncated(queries, truncation), Truncated(candidates, truncation), arguments, epoch, out _)]);
        }

        return _tape.Apply(_average, [loss]);
    }

    private Variable<float> Truncated(Variable<float> embeddings, TakeColumns<float> truncation)
    {
        Variable<float> columns = _tape.Apply(truncation, [embeddings]);
        return _model.QueryTower.Normalize ? _tape.Apply(_normalizeRows, [columns]) : columns;
    }

    private KnownPositives Known(ReadOnlySpan<int> pairs)
    {
        if (_data.Known is not { } known)
        {
            return default;
        }

        Span<int> groups = _tape.AllocateIndices(pairs.Length).Span;
        Gather<int>(known.Groups, pairs, groups);
        _known.Gather(known.Positives, groups);
        return new KnownPositives(new CandidateIds(_known.Ids), _known.Offsets);
    }

    private void Sample(ulong step, Span<int> rows)
    {
        _options.NegativeSampler?.Sample(_options.Seed, step, rows);
        foreach (int row in rows)
        {
            if ((uint)row >= (uint)_data.Candidates.Count)
            {
                throw new InvalidOperationException($"NegativeSampler drew row {row}, but the corpus has the rows 0 to {_data.Candidates.Count - 1}.");
            }
        }
    }

    /// <summary>The probability, per draw, of the step's own rows and of the sampled; room is left for those of the memory.</summary>
    private Tensor<float> Probabilities(ReadOnlySpan<int> ids, int own, int sampled)
    {
        ReadOnlySpan<int> rows = ids[..(own + sampled)];
        Tensor<float> probabilities = GatherTensor(_probabilities.Span, rows, ids.Length);
        if (sampled > 0 && !probabilities.IsDefault)
        {
            Span<float> mixture = probabilities.Span[..rows.Length], sampler = _tape.Allocate(new Shape(rows.Length)).Span;
            _options.NegativeSampler!.Probabilities(rows, sampler);
            for (int i = 0; i < rows.Length; i++)
            {
                if (!(sampler[i] >= 0 && sampler[i] <= 1) || (i >= own && sampler[i] == 0))
                {
                    throw new InvalidOperationException(string.Create(
                        CultureInfo.InvariantCulture, $"NegativeSampler gives row {rows[i]}{(i >= own ? ", which it drew," : "")} the probability {sampler[i]}."));
                }
            }

            SamplingProbability.Mixture(mixture, own, sampler, sampled, mixture);
        }

        return probabilities;
    }

    /// <summary>The step's own candidates with those of the memory below them.</summary>
    private Variable<float> Remembered(Variable<float> candidates, Span<int> ids, Tensor<float> probabilities)
    {
        if (ids.IsEmpty)
        {
            return candidates;
        }

        CandidateMemoryBatch<float> past = _memory!.Read();
        past.Ids.Ints.CopyTo(ids);
        if (!probabilities.IsDefault)
        {
            past.Probabilities.Span.CopyTo(probabilities.Span[^ids.Length..]);
        }

        return _tape.Apply(_stack, [candidates, _tape.Constant(past.Embeddings)]);
    }

    private void Remember(Tensor<float> candidates, ReadOnlyMemory<int> ids, Tensor<float> probabilities)
    {
        if (_memory is null)
        {
            return;
        }

        if (probabilities.IsDefault)
        {
            probabilities = _tape.Allocate(new Shape(ids.Length));
            probabilities.Span.Fill(1);
        }

        _memory.Add(candidates, new CandidateIds(ids), probabilities.Span[..ids.Length]);
    }

    private Tensor<float> GatherTensor(ReadOnlySpan<float> values, ReadOnlySpan<int> rows, int length)
    {
        if (values.Length == 0)
        {
            return default;
        }

        Tensor<float> gathered = _tape.Allocate(new Shape(length));
        Gather(values, rows, gathered.Span);
        return gathered;
    }
}
