using ManagedRetrieval.Engine.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>libtorch's training step over two embedding tables.</summary>
/// <remarks>
/// The fastest of four that gave the same tables and states. Each table's unique rows are gathered once, as leaves of the
/// gradient; the batch is gathered from them, so that the backward pass sums the gradients of repeated rows into unique ones
/// (index_add), and Adagrad goes on with the rows that it has. Not faster, in milliseconds on one thread and on two where this
/// one takes 495 and 285: the batch gathered as leaves, then unique ids and index_add of the gradients (520 and 290); the same
/// with the loss' gradient written out in place of the backward pass (560 and 360); an embedding module over the unique
/// rows (520 and 290). A dense gradient, or TorchSharp's own Adagrad, would pass over whole tables.
/// </remarks>
internal sealed class TheirTrainingStep : IDisposable
{
    private readonly Tensor[] _tables;
    private readonly Tensor[] _states;
    private readonly Tensor _labels;
    private readonly double _learningRate;
    private readonly double _epsilon;

    public TheirTrainingStep(Tensor<float> queries, Tensor<float> candidates, int batch, double learningRate, double initialState, double epsilon)
    {
        _tables = [Numbers.Copy(queries), Numbers.Copy(candidates)];
        _states = [full_like(_tables[0], initialState), full_like(_tables[1], initialState)];
        _labels = arange(batch, int64);
        (_learningRate, _epsilon) = (learningRate, epsilon);
    }

    /// <summary>Gathers the rows of a batch, makes the loss and both gradients, and moves the rows.</summary>
    public void Run(Tensor queryIds, Tensor candidateIds)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor queryRows, Tensor queries) = Unique(0, queryIds, out Tensor queryPositions);
        (Tensor candidateRows, Tensor candidates) = Unique(1, candidateIds, out Tensor candidatePositions);
        Tensor loss = TorchLoss.Of(queries.index_select(0, queryPositions), candidates.index_select(0, candidatePositions), _labels);
        IList<Tensor> gradients = autograd.grad([loss], [queries, candidates]);
        Move(0, queryRows, queries.detach(), gradients[0]);
        Move(1, candidateRows, candidates.detach(), gradients[1]);
    }

    /// <summary>Some rows of a table.</summary>
    public Tensor Values(int table, Tensor ids) => _tables[table].index_select(0, ids);

    /// <summary>Adagrad's state of some rows.</summary>
    public Tensor States(int table, Tensor ids) => _states[table].index_select(0, ids);

    public void Dispose()
    {
        foreach (Tensor tensor in (Tensor[])[.. _tables, .. _states, _labels])
        {
            tensor.Dispose();
        }
    }

    private (Tensor Rows, Tensor Values) Unique(int table, Tensor ids, out Tensor positions)
    {
        (Tensor rows, Tensor? inverse, _) = ids.unique(sorted: true, return_inverse: true);
        positions = inverse!;
        return (rows, _tables[table].index_select(0, rows).requires_grad_());
    }

    /// <summary>a ← a + g²; x ← x − η · g / √(a + ε).</summary>
    private void Move(int table, Tensor rows, Tensor values, Tensor gradient)
    {
        Tensor states = _states[table].index_select(0, rows).addcmul_(gradient, gradient, 1);
        _states[table].index_copy_(0, rows, states);
        values.addcdiv_(gradient, states.add_(_epsilon).sqrt_(), -_learningRate);
        _tables[table].index_copy_(0, rows, values);
    }
}
