using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.FuzzHost;

/// <summary>Searches an index in every way and checks of the answers what holds whatever rows it has.</summary>
internal static class IndexSearches
{
    /// <returns>A checksum of all answers.</returns>
    /// <exception cref="InvalidOperationException">An answer is not as it should be.</exception>
    /// <exception cref="SnapshotFormatException">The file that the index is mapped from is damaged.</exception>
    public static ulong Run<TId>(TopKIndex<TId> index)
        where TId : notnull
    {
        var hash = new XxHash64();
        var results = new TopKResults<TId>();
        Tensor<float> queries = Numbers(new Shape(3, index.Dimensions)), heads = Numbers(new Shape(2, 2, index.Dimensions));
        Search(index, queries, 5, results, null, hash);
        TId[] found = [.. results.Identifiers(0)];
        Search(index, queries, 1, results, null, hash);
        Search(index, queries, index.Count, results, null, hash);
        Search(index, heads, 4, results, null, hash);
        foreach (CandidateFilter<TId> filter in (CandidateFilter<TId>[])
        [
            new() { Exclusions = [found, null, found] },
            new() { Predicate = id => !found.Contains(id) },
            new() { Predicate = found.Contains, Exclusions = [null, [.. found.Take(1)], []] },
            new() { Inclusions = [found, [], null] },
        ])
        {
            Search(index, queries, 6, results, filter, hash);
        }

        return hash.Digest();
    }

    /// <summary>A checksum of answers.</summary>
    public static ulong Checksum<TId>(ScoredCandidate<TId>[][] answers)
        where TId : notnull
    {
        var hash = new XxHash64();
        foreach (ScoredCandidate<TId> answer in answers.SelectMany(list => list))
        {
            Append(hash, answer.Identifier, answer.Score, answer.Row);
        }

        return hash.Digest();
    }

    private static void Search<TId>(TopKIndex<TId> index, Tensor<float> queries, int k, TopKResults<TId> results, CandidateFilter<TId>? filter, XxHash64 hash)
        where TId : notnull
    {
        index.Search(queries, k, filter, results);
        Require(results.Queries == queries.Shape.Rows, "answers are not one list for each query");
        for (int query = 0; query < results.Queries; query++)
        {
            ReadOnlySpan<float> scores = results.Scores(query);
            ReadOnlySpan<int> rows = results.Rows(query);
            Require(rows.Length <= k, "there are more answers than were asked for");
            for (int i = 0; i < rows.Length; i++)
            {
                TId identifier = results.Identifiers(query)[i];
                Require((uint)rows[i] < (uint)index.Count && !rows[..i].Contains(rows[i]), "a row is out of range or found twice");
                Require(EqualityComparer<TId>.Default.Equals(identifier, index.Identifiers[rows[i]]), "an answer has another row's identifier");
                Require(!float.IsNaN(scores[i]) && (i == 0 || scores[i] < scores[i - 1] || (scores[i] == scores[i - 1] && rows[i] > rows[i - 1])), "answers are out of order");
                Require(
                    filter is null || (filter.Exclusions?[query]?.Contains(identifier) is not true && filter.Inclusions?[query]?.Contains(identifier) is not false
                        && filter.Predicate?.Invoke(identifier) is not false),
                    "a candidate was found that the filter keeps out");
                Append(hash, identifier, scores[i], rows[i]);
            }

            hash.Append([(byte)rows.Length]);
        }
    }

    private static void Append<TId>(XxHash64 hash, TId identifier, float score, int row)
        where TId : notnull
    {
        hash.Append(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{identifier} ")));
        hash.Append(MemoryMarshal.AsBytes<float>([score]));
        hash.Append(MemoryMarshal.AsBytes<int>([row]));
    }

    private static Tensor<float> Numbers(Shape shape)
    {
        var tensor = new Tensor<float>(shape);
        var random = new Random(9);
        foreach (ref float element in tensor.Span)
        {
            element = random.NextSingle() - 0.5f;
        }

        return tensor;
    }

    private static void Require(bool holds, string problem)
    {
        if (!holds)
        {
            throw new InvalidOperationException(problem);
        }
    }
}
