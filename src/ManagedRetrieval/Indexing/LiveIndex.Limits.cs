using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Indexing;

/// <content>Which numbers rows may hold: those that each kind of index takes which was built so far.</content>
public sealed partial class LiveIndex<TId>
{
    /// <summary>
    /// The least of what these kinds take at most, so that a builder may return to an earlier kind; NaN where nothing was built yet. Written only under the lock of writers.
    /// </summary>
    private float _greatest = float.NaN;

    /// <summary>Refuses what an upsert of the same rows refuses, and changes nothing: for those who write to several indexes at once, or to none of them.</summary>
    /// <param name="identifiers">One for each row.</param>
    /// <param name="embeddings">[candidates, d], at least one row.</param>
    /// <exception cref="ArgumentException">A row is not finite, or holds a number that no index could be built of.</exception>
    internal void Check(TId[] identifiers, Tensor<float> embeddings)
    {
        IndexArguments.CheckRows(embeddings, identifiers, nameof(embeddings));
        if (HasGreat(embeddings, identifiers))
        {
            IndexArguments.CheckRows(embeddings, identifiers, nameof(embeddings), Volatile.Read(ref _greatest));
        }
    }

    /// <summary>Whether rows hold numbers that not every kind of index takes; then the builder has said by now what it takes.</summary>
    private bool HasGreat(Tensor<float> embeddings, TId[] identifiers)
    {
        int at = Similarity == Similarity.Cosine ? -1 : IndexArguments.FindWrong(embeddings.Span, IndexArguments.GreatestHalf);
        if (at >= 0 && float.IsNaN(Volatile.Read(ref _greatest)))
        {
            int row = at / Dimensions;
            float greatest = Ask(identifiers[row], embeddings.Row(row));
            lock (_writing)
            {
                TakeNoMoreThan(greatest);
            }
        }

        return at >= 0;
    }

    /// <summary>Only the builder knows what it builds, so it is asked for an index of a row like the one to come, of magnitudes up to 1.</summary>
    private float Ask(TId identifier, ReadOnlySpan<float> row)
    {
        var small = new Tensor<float>(new Shape(1, Dimensions));
        TensorPrimitives.Divide(row, MathF.Abs(TensorPrimitives.MaxMagnitude(row)), small.Span);
        try
        {
            using TopKIndex<TId>? asked = _build(new TensorCandidates<TId>(small, [identifier]), CancellationToken.None);
            return Built(asked).GreatestMagnitude;
        }
        catch (Exception refused) when (refused is ArgumentException or InvalidDataException)
        {
            // It builds nothing of one row alone. What it takes will be known when it has built.
            return float.MaxValue;
        }
    }

    /// <summary>Only under the lock of writers.</summary>
    private void TakeNoMoreThan(float greatest) => Volatile.Write(ref _greatest, float.MinNumber(_greatest, greatest));

    private static TopKIndex<TId> Built(TopKIndex<TId>? index) => index ?? throw new InvalidOperationException("The builder returned null, expected an index of the candidates that it was given.");
}
