using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Sampling;

namespace ManagedRetrieval.Training;

/// <summary>A step's further negatives from a sampler and from past steps, and how probable each candidate is.</summary>
internal sealed class StepNegatives
{
    private readonly Tape<float> _tape;
    private readonly RetrievalDataset _data;
    private readonly TrainingOptions _options;
    private readonly CandidateMemory<float>? _memory;
    private readonly StackRows<float> _stack = new();

    /// <summary>For each corpus row the probability, per draw, of coming with a pair; empty where nothing is corrected.</summary>
    private readonly ReadOnlyMemory<float> _probabilities;

    public StepNegatives(Tape<float> tape, RetrievalDataset data, TrainingOptions options, CandidateMemory<float>? memory)
    {
        (_tape, _data, _options, _memory) = (tape, data, options, memory);
        _probabilities = !options.CorrectSamplingBias ? default
            : options.CandidateSamplingProbability.IsEmpty ? data.CandidateFrequencies() : options.CandidateSamplingProbability;
    }

    /// <summary>How many rows the sampler draws.</summary>
    public int Sampled => _options.NegativeSampler is null ? 0 : _options.SampledNegatives;

    /// <summary>How many candidates of past steps there are.</summary>
    public int RememberedCount => _memory?.Count ?? 0;

    /// <summary>Draws the step's rows.</summary>
    /// <exception cref="InvalidOperationException">The sampler drew what is no row.</exception>
    public void Sample(ulong step, Span<int> rows)
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
    public Tensor<float> Probabilities(ReadOnlySpan<int> ids, int own, int sampled)
    {
        ReadOnlySpan<int> rows = ids[..(own + sampled)];
        Tensor<float> probabilities = Gathered.Tensor(_tape, _probabilities.Span, rows, ids.Length);
        if (sampled > 0 && !probabilities.IsDefault)
        {
            Span<float> mixture = probabilities.Span[..rows.Length], sampler = _tape.Allocate(new Shape(rows.Length)).Span;
            _options.NegativeSampler!.Probabilities(rows, sampler);
            for (int i = 0; i < rows.Length; i++)
            {
                if (!(sampler[i] >= 0 && sampler[i] <= 1) || (i >= own && sampler[i] == 0))
                {
                    throw new InvalidOperationException(FormattableString.Invariant(
                        $"NegativeSampler gives row {rows[i]}{(i >= own ? ", which it drew," : "")} the probability {sampler[i]}."));
                }
            }

            SamplingProbability.Mixture(mixture, own, sampler, sampled, mixture);
        }

        return probabilities;
    }

    /// <summary>The step's own candidates with those of the memory below them.</summary>
    public Variable<float> Remembered(Variable<float> candidates, Span<int> ids, Tensor<float> probabilities)
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

    /// <summary>Keeps the step's own candidates for those to come.</summary>
    public void Remember(Tensor<float> candidates, ReadOnlyMemory<int> ids, Tensor<float> probabilities)
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
}
