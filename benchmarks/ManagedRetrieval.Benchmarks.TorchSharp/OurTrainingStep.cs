using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.Tasks;

namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>This library's training step over two embedding tables.</summary>
internal sealed class OurTrainingStep(WorkerTeam team, Tensor<float> queries, Tensor<float> candidates, Adagrad<float> optimizer)
{
    private readonly EmbeddingTable<float>[] _tables = [new("queries", queries), new("candidates", candidates)];
    private readonly Tape<float> _tape = new(team);
    private readonly EmbeddingLookup<float> _lookup = new();
    private readonly RetrievalTask<float> _task = new();

    /// <summary>Looks the rows of a batch up, makes the loss and both gradients, and moves the rows.</summary>
    public void Run(int[] queryIds, int[] candidateIds)
    {
        _tape.Reset();
        Variable<float> loss = _task.Loss(Rows(_tables[0], queryIds), Rows(_tables[1], candidateIds));
        _tape.Backward(loss);
        optimizer.Step(_tables, team);
    }

    /// <summary>Some rows of a table.</summary>
    public Tensor<float> Values(int table, int[] ids)
    {
        _tape.Reset();
        return Rows(_tables[table], ids).Value.Clone();
    }

    /// <summary>The optimizer's state of some rows, each named once.</summary>
    /// <remarks>
    /// It is read off a step that is taken from 0 with the gradient 1, which is −η / √(a + 1 + ε), a being the state before;
    /// the rows' values are put back, the states stay 1 too high.
    /// </remarks>
    public Tensor<float> States(int table, int[] ids)
    {
        Tensor<float> values = Values(table, ids), states = new(values.Shape);
        SetRows(table, ids, new Tensor<float>(values.Shape));
        _tape.Reset();
        var ones = new Tensor<float>(values.Shape);
        ones.Span.Fill(1);
        _tape.Backward(Rows(_tables[table], ids), ones);
        optimizer.Step([_tables[table]], team);
        ReadOnlySpan<float> steps = Values(table, ids).Span;
        for (int i = 0; i < steps.Length; i++)
        {
            double root = optimizer.LearningRate / steps[i];
            states.Span[i] = (float)((root * root) - 1);
        }

        SetRows(table, ids, values);
        return states;
    }

    private Variable<float> Rows(EmbeddingTable<float> table, int[] ids) => _tape.Apply(_lookup, [_tape.Parameter(table)], new OpIndices(ids));

    private void SetRows(int table, int[] ids, Tensor<float> values)
    {
        for (int i = 0; i < ids.Length; i++)
        {
            values.Row(i).CopyTo(_tables[table].Value.Row(ids[i]));
        }
    }
}
