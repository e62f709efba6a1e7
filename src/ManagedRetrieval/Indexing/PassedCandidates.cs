using ManagedRetrieval.Engine.Memory;

namespace ManagedRetrieval.Indexing;

/// <summary>Candidates that are read in passes, checked by each, and brought to length 1 where the similarity is the cosine.</summary>
internal sealed class PassedCandidates<TId>
    where TId : notnull
{
    /// <summary>Rows that are handed on at once.</summary>
    private const int Chunk = 8192;

    private readonly ICandidateSource<TId> _source;
    private readonly Similarity _similarity;
    private readonly CancellationToken _cancellationToken;
    private readonly TId[] _identifiers;

    /// <summary>Reads all candidates once, to check them and to know their identifiers.</summary>
    /// <param name="source">The candidates.</param>
    /// <param name="similarity">What makes a score.</param>
    /// <param name="greatest">The greatest magnitude of a number.</param>
    /// <param name="cancellationToken">Stops between batches, of this pass and of later ones.</param>
    /// <exception cref="ArgumentException">There are no candidates.</exception>
    /// <inheritdoc cref="CandidateReader.Read" path="/exception"/>
    public PassedCandidates(ICandidateSource<TId> source, Similarity similarity, float greatest, CancellationToken cancellationToken)
    {
        Dimensions = CandidateReader.Check(source);
        (_source, _similarity, _cancellationToken, _identifiers) = (source, similarity, cancellationToken, new TId[source.Count]);
        foreach ((int first, CandidateBatch<TId> batch) in CandidateReader.Read(source, cancellationToken, greatest))
        {
            CandidateReader.CopyIdentifiers(batch, _identifiers.AsSpan(first));
        }
    }

    /// <summary>Takes some consecutive rows.</summary>
    /// <param name="first">The number of the first.</param>
    /// <param name="rows">[rows, d].</param>
    public delegate void Taker(int first, ReadOnlySpan<float> rows);

    /// <summary>The candidates' identifiers.</summary>
    public IReadOnlyList<TId> Identifiers => _identifiers;

    /// <summary>The number of candidates.</summary>
    public int Count => _identifiers.Length;

    /// <summary>The number of dimensions.</summary>
    public int Dimensions { get; }

    /// <summary>Reads all candidates in their order.</summary>
    /// <param name="take">Is handed some after the other; the memory is used again for the next.</param>
    /// <inheritdoc cref="CandidateReader.Read" path="/exception"/>
    public void Pass(Taker take)
    {
        using var units = new Scratch<float>(_similarity == Similarity.Cosine ? Chunk * Dimensions : 1);
        foreach ((int first, CandidateBatch<TId> batch) in CandidateReader.Read(_source, _cancellationToken))
        {
            int all = batch.Identifiers.Count;
            for (int start = 0; start < all; start += Chunk)
            {
                Span<float> some = batch.Embeddings.Rows(start, Math.Min(Chunk, all - start)).Span;
                if (_similarity == Similarity.Cosine)
                {
                    UnitRows.Write(some, Dimensions, units.Span[..some.Length]);
                    some = units.Span[..some.Length];
                }

                take(first + start, some);
            }
        }
    }
}
