using ManagedRetrieval.Cli.ReferenceDocs;
using ManagedRetrieval.Metrics;

namespace ManagedRetrieval.Cli.Baselines;

/// <summary>Okapi BM25 over the words of the candidates' names.</summary>
/// <remarks>
/// score(q, d) = Σ over the distinct words t of q of
/// ln(1 + (N - df + 0.5) / (df + 0.5)) · tf · (k1 + 1) / (tf + k1 · (1 - b + b · |d| / mean |d|)),
/// k1 = 1.2, b = 0.75, over all N documents (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009, with
/// Lucene's idf, which is never negative). Names and queries are split by <see cref="IdentifierWords"/>.
/// An instance keeps its scratch: one caller at a time.
/// </remarks>
internal sealed class Bm25 : IBaseline
{
    private const double K1 = 1.2;
    private const double B = 0.75;

    private readonly Dictionary<string, int> _terms = new(StringComparer.Ordinal);
    private readonly List<List<Posting>> _postings = [];
    private readonly double[] _scores;
    private readonly int[] _touched;

    /// <summary>Indexes the names, one document each.</summary>
    public Bm25(IReadOnlyList<string> names)
    {
        _scores = new double[names.Count];
        _touched = new int[names.Count];
        var lengths = new int[names.Count];
        long words = 0;
        for (int row = 0; row < names.Count; row++)
        {
            List<string> document = IdentifierWords.Split(names[row]);
            lengths[row] = document.Count;
            words += document.Count;
            Count(document, row);
        }

        double meanLength = words / (double)names.Count;
        foreach (List<Posting> postings in _postings)
        {
            double idf = Math.Log(1 + (names.Count - postings.Count + 0.5) / (postings.Count + 0.5));
            for (int i = 0; i < postings.Count; i++)
            {
                (int row, double frequency) = postings[i];
                double saturation = K1 * (1 - B + B * lengths[row] / meanLength);
                postings[i] = new(row, idf * frequency * (K1 + 1) / (frequency + saturation));
            }
        }
    }

    /// <inheritdoc/>
    public string Name => "BM25";

    /// <inheritdoc/>
    public RankCounts Rank(string query, int positive)
    {
        int touched = Accumulate(query);
        double score = _scores[positive];
        int above = 0;
        int tied = score == 0 ? _scores.Length - touched - 1 : -1;
        foreach (int row in _touched.AsSpan(0, touched))
        {
            above += _scores[row] > score ? 1 : 0;
            tied += _scores[row] == score ? 1 : 0;
        }

        Clear(touched);
        return new(above, tied);
    }

    /// <summary>The score of one document for a query; 0 where they share no word.</summary>
    internal double Score(string query, int row)
    {
        int touched = Accumulate(query);
        double score = _scores[row];
        Clear(touched);
        return score;
    }

    // Sums up the scores of all documents; returns how many are above 0, whose rows are the first of _touched.
    private int Accumulate(string query)
    {
        int touched = 0;
        foreach (string word in IdentifierWords.Split(query).Distinct(StringComparer.Ordinal))
        {
            if (_terms.TryGetValue(word, out int term))
            {
                foreach ((int row, double weight) in _postings[term])
                {
                    // Every weight is above 0, so a score of 0 was not touched.
                    if (_scores[row] == 0)
                    {
                        _touched[touched++] = row;
                    }

                    _scores[row] += weight;
                }
            }
        }

        return touched;
    }

    private void Clear(int touched)
    {
        foreach (int row in _touched.AsSpan(0, touched))
        {
            _scores[row] = 0;
        }
    }

    // While the index is built a posting's weight is the frequency of the word in the document.
    private void Count(List<string> document, int row)
    {
        foreach (string word in document)
        {
            if (!_terms.TryGetValue(word, out int term))
            {
                term = _postings.Count;
                _terms.Add(word, term);
                _postings.Add([]);
            }

            List<Posting> postings = _postings[term];
            if (postings.Count > 0 && postings[^1].Row == row)
            {
                postings[^1] = new(row, postings[^1].Weight + 1);
            }
            else
            {
                postings.Add(new(row, 1));
            }
        }
    }

    private readonly record struct Posting(int Row, double Weight);
}
