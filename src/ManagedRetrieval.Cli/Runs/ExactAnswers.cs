using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>What exact search answers, to measure other indexes of the same candidates by.</summary>
internal sealed class ExactAnswers
{
    private readonly int[][] _rows;
    private readonly TopKResults<string> _results = new();

    public ExactAnswers(BruteForceIndex<string> index, Tensor<float> queries, int k, CancellationToken cancellationToken)
    {
        (Queries, K) = (queries, Math.Min(k, index.Count));
        index.Search(queries, K, _results, cancellationToken: cancellationToken);
        _rows = [.. Enumerable.Range(0, _results.Queries).Select(query => _results.Rows(query).ToArray())];
    }

    /// <summary>The queries' embeddings.</summary>
    public Tensor<float> Queries { get; }

    /// <summary>Answers of a query.</summary>
    public int K { get; }

    /// <summary>The share of the exact answers that an index finds, the mean over the queries.</summary>
    public double Recall(TopKIndex<string> index, CancellationToken cancellationToken)
    {
        index.Search(Queries, K, _results, cancellationToken: cancellationToken);
        long found = 0;
        for (int query = 0; query < _rows.Length; query++)
        {
            foreach (int row in _results.Rows(query))
            {
                found += _rows[query].Contains(row) ? 1 : 0;
            }
        }

        return found / ((double)_rows.Length * K);
    }
}
