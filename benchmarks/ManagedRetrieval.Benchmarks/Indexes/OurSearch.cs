using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;

namespace ManagedRetrieval.Benchmarks.Indexes;

/// <summary>One search in an index of this library, as its users make it.</summary>
internal static class OurSearch
{
    /// <summary>Finds the best <see cref="GroundTruth.K"/> rows of each query, one query after the other; −1 where there are no more.</summary>
    public static void Run(ITopKIndex<int> index, Tensor<float> queries, TopKResults<int> results, Span<int> rows)
    {
        index.Search(queries, GroundTruth.K, results);
        rows.Fill(-1);
        for (int query = 0; query < results.Queries; query++)
        {
            results.Rows(query).CopyTo(rows[(query * GroundTruth.K)..]);
        }
    }
}
