using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Losses;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Training;

/// <summary>Gathers the pairs of a step with its further negatives, and makes their loss.</summary>
internal sealed class TrainingStep
{
    private static readonly RaggedIds None = new();

    private readonly TwoTowerModel _model;
    private readonly RetrievalTask<float> _task;
    private readonly Tape<float> _tape;
    private readonly RetrievalDataset _data;
    private readonly StepNegatives _negatives;
    private readonly HardNegativeMiner? _miner;
    private readonly Add<float> _add = new();
    private readonly NormalizeRows<float> _normalizeRows = new();
    private readonly TakeColumns<float>[] _truncations;
    private readonly Scale<float> _average;
    private readonly RaggedIds _known = new();
    private readonly RaggedIds _given = new();
    private readonly EncodedBatch _queries;
    private readonly EncodedBatch _candidates;
    private readonly StepFaults _faults;

    public TrainingStep(Trainer trainer, RetrievalDataset data, TrainingOptions options)
    {
        (_model, _task, _tape, _data) = (trainer.Model, trainer.Task, trainer.Tape, data);
        _negatives = new StepNegatives(_tape, data, options, trainer.State.MemoryFor(data, options, _model.Dimensions));
        _miner = options.HardNegatives is { } hard ? new HardNegativeMiner(trainer, data, hard) : null;
        _truncations = [.. _model.MatryoshkaDimensions.Select(dimensions => new TakeColumns<float>(0, dimensions))];
        _average = new Scale<float>(1f / (1 + _truncations.Length));
        (_queries, _candidates) = (data.Queries.NewEmpty(), data.Candidates.NewEmpty());
        _faults = new StepFaults(_tape);
    }

    /// <summary>The loss on the tape, Σ w·l over the step's pairs, Σ w, and what was met on the way.</summary>
    /// <param name="pairs">Numbers of pairs.</param>
    /// <param name="step">Another number for each step.</param>
    /// <param name="epoch">For messages.</param>
    /// <exception cref="ArithmeticException">An embedding, a score or the loss is not finite.</exception>
    public (Variable<float> Loss, double Sum, double Weight, RetrievalCounts Counts) Run(ReadOnlySpan<int> pairs, ulong step, int epoch)
    {
        _tape.Reset();
        int own = pairs.Length, drawn = own + _negatives.Sampled;
        Memory<int> numbers = _tape.AllocateIndices(own);
        Span<int> rows = numbers.Span;
        pairs.CopyTo(rows);
        _faults.Begin(numbers);
        var pass = TowerPass.Training(unchecked((int)step));
        _queries.Gather(_data.Queries, rows);
        Variable<float> queries = _model.QueryTower.Apply(_tape, _queries, pass);
        RequireFinite(queries.Value, "a query's embedding", epoch);

        // How many are mined is known only once they are.
        _given.Gather(_data.Negatives ?? None, _data.Negatives is null ? [] : rows);
        Memory<int> ids = _tape.AllocateIndices(drawn + _given.Ids.Length + (_miner?.Most(own) ?? 0) + _negatives.RememberedCount);
        Gathered.Into<int>(_data.Positives, rows, ids.Span[..own]);
        _negatives.Sample(step, ids.Span[own..drawn]);
        _given.Ids.Span.CopyTo(ids.Span[drawn..]);
        int known = drawn + _given.Ids.Length;
        int embedded = known + (_miner?.Find(queries.Value, rows, ids.Span[..known], step, epoch, ids.Span[known..]) ?? 0);
        ids = ids[..(embedded + _negatives.RememberedCount)];
        _faults.QueriesAreDone(ids, embedded);
        _candidates.Gather(_data.Candidates, ids.Span[..embedded]);
        Variable<float> candidates = _model.CandidateTower.Apply(_tape, _candidates, pass);
        _faults.CandidatesAreDone();
        RequireFinite(candidates.Value, "a candidate's embedding", epoch);
        Tensor<float> probabilities = _negatives.Probabilities(ids.Span, own, _negatives.Sampled);
        Variable<float> all = _negatives.Remembered(candidates, ids.Span[embedded..], probabilities);
        var arguments = new RetrievalArguments<float>
        {
            CandidateIds = new CandidateIds((ReadOnlyMemory<int>)ids),
            KnownPositives = Known(rows),
            SampleWeight = Gathered.Tensor(_tape, _data.Weights, rows, own),
            CandidateSamplingProbability = probabilities,
            ComputeMetrics = false,
        };
        Variable<float> loss = Loss(queries, all, arguments, epoch, out RetrievalCounts counts);
        loss = WithLeadingDimensions(loss, queries, all, arguments, epoch);
        _negatives.Remember(candidates.Value, ids[..embedded], probabilities);
        double weight = arguments.SampleWeight.IsDefault ? own : RowReduce.Sum<float>(arguments.SampleWeight.Span);
        double divisor = _task.Options.Reduction == LossReduction.Sum ? 1 : _task.Options.TfrsCompatible ? own : weight;
        double sum = loss.Value.Span[0] * divisor;
        return (loss, sum, weight, counts);
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
            : throw _faults.NotFinite(FormattableString.Invariant($"the loss became {value}"), epoch);
    }

    /// <summary>The mean of the loss and of those of the leading dimensions on their own.</summary>
    private Variable<float> WithLeadingDimensions(
        Variable<float> loss, Variable<float> queries, Variable<float> candidates, RetrievalArguments<float> arguments, int epoch)
    {
        if (_truncations.Length == 0)
        {
            return loss;
        }

        // Metrics that are named like those of other models speak of all dimensions.
        arguments = arguments with { ComputeBatchMetrics = false };
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
        Gathered.Into<int>(known.Groups, pairs, groups);
        _known.Gather(known.Positives, groups);
        return new KnownPositives(new CandidateIds(_known.Ids), _known.Offsets);
    }
}
