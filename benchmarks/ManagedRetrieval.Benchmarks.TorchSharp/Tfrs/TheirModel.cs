using System.Diagnostics;
using System.Runtime.InteropServices;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using TorchSharp;
using static TorchSharp.torch;

namespace ManagedRetrieval.Benchmarks.TorchSharp.Tfrs;

/// <summary>libtorch's model of the tutorial, as its users would write it.</summary>
internal sealed class TheirModel : IDisposable
{
    private readonly MovieRatings _data;
    private readonly Tensor[] _tables;
    private readonly Tensor[] _states;

    /// <summary>Makes a model.</summary>
    /// <param name="data">Its vocabularies name the rows of the tables.</param>
    /// <param name="initial">The tables to start from.</param>
    public TheirModel(MovieRatings data, Embeddings initial)
    {
        _data = data;
        _tables = [Numbers.Copy(initial.Users).requires_grad_(), Numbers.Copy(initial.Titles).requires_grad_()];
        _states = [.. _tables.Select(table => full_like(table, Tutorial.InitialAccumulator, requires_grad: false))];
    }

    /// <summary>Learns.</summary>
    public TrainingLog Train(RatedPairs pairs, ulong seed)
    {
        long start = Stopwatch.GetTimestamp();
        var losses = new List<double>();
        Embeddings first = default;
        long[] users = [.. pairs.Users.Select(user => (long)_data.Users.IndexOf(user))];
        long[] titles = [.. pairs.Movies.Select(movie => (long)_data.DistinctTitles.IndexOf(_data.Titles[movie]))];
        for (int epoch = 1; epoch <= Tutorial.Epochs; epoch++)
        {
            double loss = 0;
            int seen = 0;
            foreach (int[] batch in Tutorial.Batches(users.Length, seed, epoch))
            {
                loss += Step([.. batch.Select(pair => users[pair])], [.. batch.Select(pair => titles[pair])]);
                seen += batch.Length;
                losses.Add(loss / seen);
                if (losses.Count == 1)
                {
                    first = Copy();
                }
            }
        }

        return new TrainingLog(losses, first, Copy(), Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    public void Dispose()
    {
        foreach (Tensor tensor in (Tensor[])[.. _tables, .. _states])
        {
            tensor.Dispose();
        }
    }

    /// <summary>Gathers the rows of a batch, makes the loss and both gradients, and moves the tables.</summary>
    /// <returns>The loss, summed over the batch.</returns>
    private double Step(long[] users, long[] titles)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor queries = _tables[0].index_select(0, tensor(users)), candidates = _tables[1].index_select(0, tensor(titles));
        Tensor loss = TorchLoss.Of(queries, candidates, arange(users.Length, int64));
        IList<Tensor> gradients = autograd.grad([loss], _tables);
        using (no_grad())
        {
            for (int i = 0; i < _tables.Length; i++)
            {
                Move(_tables[i], _states[i], gradients[i]);
            }
        }

        return loss.item<float>();
    }

    /// <summary>Keras' Adagrad over the whole table: a ← a + g²; x ← x − η · g / √(a + ε).</summary>
    private static void Move(Tensor table, Tensor state, Tensor gradient)
    {
        state.addcmul_(gradient, gradient, 1);
        table.addcdiv_(gradient, state.add(Tutorial.Epsilon).sqrt_(), -Tutorial.LearningRate);
    }

    private Embeddings Copy() => new(Copy(_tables[0], _data.Users), Copy(_tables[1], _data.DistinctTitles));

    private static Tensor<float> Copy(Tensor table, Vocabulary<string> vocabulary)
    {
        using Tensor values = table.detach();
        return new Tensor<float>(new Shape(vocabulary.Count, Tutorial.Dimensions), MemoryMarshal.Cast<byte, float>(values.bytes).ToArray());
    }
}
