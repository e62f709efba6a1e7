using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Training;

/// <summary>Keeps an index of the corpus and finds in it what is near to a step's queries.</summary>
internal sealed class HardNegativeMiner
{
    /// <summary>As many candidates as a model embeds at a time elsewhere.</summary>
    private const int EmbeddingBatch = 1024;

    private readonly Trainer _trainer;
    private readonly RetrievalDataset _data;
    private readonly HardNegativeOptions _options;
    private readonly Tape<float> _tape;
    private readonly StepFaults _faults;
    private readonly EncodedBatch _batch;
    private readonly RaggedIds _known = new();

    /// <summary>For each corpus row the last call that met it, so that none comes twice.</summary>
    private readonly int[] _met;
    private int _calls;

    public HardNegativeMiner(Trainer trainer, RetrievalDataset data, HardNegativeOptions options)
    {
        (_trainer, _data, _options) = (trainer, data, options);
        _tape = new Tape<float>(trainer.Workers, trainer.Tape.Backend);
        _faults = new StepFaults(_tape);
        _batch = data.Candidates.NewEmpty();
        _met = new int[data.Candidates.Count];
    }

    /// <summary>How many candidates are looked for, for each query.</summary>
    private int Depth => (int)Math.Min((long)_options.PerQuery + _options.Skip, _met.Length);

    /// <summary>How many rows may be found for as many queries.</summary>
    public int Most(int queries) => queries * Math.Max(0, Depth - _options.Skip);

    /// <summary>Finds the rows that are near to queries and not there yet.</summary>
    /// <param name="queries">[Q, d], finite.</param>
    /// <param name="pairs">The pairs of the queries.</param>
    /// <param name="there">Rows that the step has already.</param>
    /// <param name="step">The number of the step.</param>
    /// <param name="epoch">For messages.</param>
    /// <param name="found">Room for <see cref="Most"/>; receives the rows by query, nearest first.</param>
    /// <returns>How many were found.</returns>
    /// <exception cref="ArithmeticException">A candidate's embedding is not finite.</exception>
    public int Find(Tensor<float> queries, ReadOnlySpan<int> pairs, ReadOnlySpan<int> there, ulong step, int epoch, Span<int> found)
    {
        Tensor<float> index = _trainer.State.HardNegativesFor(_data);
        if (index.IsDefault || step % (ulong)_options.EverySteps == 0)
        {
            index = Embed(index, epoch);
            _trainer.State.HardNegatives = (_data, index);
        }

        Tape<float> memory = _trainer.Tape;
        (ReadOnlyMemory<int> excluded, ReadOnlyMemory<int> offsets) = Excluded(memory, pairs);
        Tensor<float> scores = memory.Allocate(new Shape(pairs.Length, Depth));
        Span<int> rows = memory.AllocateIndices(pairs.Length * Depth).Span;
        memory.Backend.TopK(queries, index, Depth, scores, rows, excluded.Span, offsets.Span);
        _calls++;
        foreach (int row in there)
        {
            _met[row] = _calls;
        }

        int count = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            // Where exclusions leave too few, rows end in −1.
            if (i % Depth >= _options.Skip && rows[i] >= 0 && _met[rows[i]] != _calls)
            {
                _met[rows[i]] = _calls;
                found[count++] = rows[i];
            }
        }

        return count;
    }

    /// <summary>The whole corpus under the present parameters.</summary>
    private Tensor<float> Embed(Tensor<float> index, int epoch)
    {
        index = index.IsDefault ? new Tensor<float>(new Shape(_met.Length, _trainer.Model.Dimensions)) : index;
        for (int start = 0; start < _met.Length; start += EmbeddingBatch)
        {
            _tape.Reset();
            Memory<int> rows = _tape.AllocateIndices(Math.Min(EmbeddingBatch, _met.Length - start));
            for (int i = 0; i < rows.Length; i++)
            {
                rows.Span[i] = start + i;
            }

            _batch.Gather(_data.Candidates, rows.Span);
            _faults.Begin(default);
            _faults.QueriesAreDone(rows, rows.Length);
            Tensor<float> embeddings = _trainer.Model.CandidateTower.Apply(_tape, _batch).Value;
            if (!TensorPrimitives.IsFiniteAll<float>(embeddings.Span))
            {
                throw _faults.NotFinite("a candidate's embedding is no longer finite", epoch);
            }

            embeddings.Span.CopyTo(index.Rows(start, rows.Length).Span);
        }

        return index;
    }

    /// <summary>For each pair what may not be found, ascending: its own candidate and what its group has.</summary>
    private (ReadOnlyMemory<int> Rows, ReadOnlyMemory<int> Offsets) Excluded(Tape<float> memory, ReadOnlySpan<int> pairs)
    {
        Memory<int> rows = memory.AllocateIndices(pairs.Length), offsets = memory.AllocateIndices(pairs.Length + 1);
        if (_data.Known is { } known)
        {
            Gathered.Into<int>(known.Groups, pairs, rows.Span);
            _known.Gather(known.Positives, rows.Span);
            return (_known.Ids, _known.Offsets);
        }

        Gathered.Into<int>(_data.Positives, pairs, rows.Span);
        for (int i = 0; i <= pairs.Length; i++)
        {
            offsets.Span[i] = i;
        }

        return (rows, offsets);
    }
}
