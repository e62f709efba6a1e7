using ManagedRetrieval.Checks;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Metrics;

/// <summary>What <see cref="FactorizedTopK"/> and <see cref="FactorizedTopK{T}"/> check before they rank.</summary>
internal static class RankArguments
{
    /// <summary>The corpus is [N, d] with at least one row and one dimension.</summary>
    public static void CheckCorpus(Shape candidates, string argument)
    {
        if (candidates.Rank != 2 || candidates[1] == 0)
        {
            throw Argument.OtherShape(argument, "[N, d] with d at least 1", candidates);
        }

        if (candidates[0] == 0)
        {
            throw new ArgumentException($"{argument} must have at least one row to rank among, but the shape is {candidates}.", argument);
        }
    }

    /// <summary>The queries are [Q, d] or [Q, H, d], the corpus [N, d].</summary>
    public static void CheckEmbeddings(Shape queryEmbeddings, Shape candidateEmbeddings)
    {
        // Without dimensions every score is 0 and every candidate ties; no tile would be made to count them.
        if (queryEmbeddings.Rank < 2 || queryEmbeddings.RowLength == 0)
        {
            throw Argument.OtherShape(nameof(queryEmbeddings), "[Q, d] or [Q, H, d] with H and d at least 1", queryEmbeddings);
        }

        int width = Width(queryEmbeddings);
        if (candidateEmbeddings.Rank != 2 || candidateEmbeddings[1] != width)
        {
            throw Argument.OtherShape(nameof(candidateEmbeddings), $"[N, {width}]", candidateEmbeddings);
        }

        CheckCorpus(candidateEmbeddings, nameof(candidateEmbeddings));
    }

    /// <summary>The queries are [Q, d] or [Q, H, d], d being that of a corpus that was checked.</summary>
    public static void CheckQueries(Shape queries, Shape corpus, string argument = "queries")
    {
        if (queries.Rank < 2 || queries.RowLength == 0 || Width(queries) != corpus[1])
        {
            throw Argument.OtherShape(argument, $"[Q, {corpus[1]}] or [Q, H, {corpus[1]}] with H at least 1", queries);
        }
    }

    /// <summary>One row of the corpus for each query.</summary>
    public static void CheckPositives(ReadOnlySpan<int> positives, int queries, int rows)
    {
        Argument.OneForEach(nameof(positives), positives.Length, queries, "queries");

        for (int i = 0; i < positives.Length; i++)
        {
            if ((uint)positives[i] >= (uint)rows)
            {
                throw new ArgumentException($"positives must be rows of the corpus, 0 to {rows - 1}, but number {i} is {positives[i]}.", nameof(positives));
            }
        }
    }

    /// <summary>One list of rows of the corpus for each query, no row twice in one of them.</summary>
    public static void CheckPositives(RaggedIds positives, int queries, int rows)
    {
        ArgumentNullException.ThrowIfNull(positives);
        CheckLists(positives, queries, rows, nameof(positives));
        int[] sorted = positives.Ids.ToArray();
        ReadOnlySpan<int> offsets = positives.Offsets.Span;
        for (int query = 0; query < queries; query++)
        {
            Span<int> list = sorted.AsSpan(offsets[query]..offsets[query + 1]);
            list.Sort();
            for (int i = 1; i < list.Length; i++)
            {
                if (list[i] == list[i - 1])
                {
                    throw new ArgumentException($"positives must name no row twice for one query, but query {query} has row {list[i]} twice.", nameof(positives));
                }
            }
        }
    }

    /// <summary>One list of rows of the corpus for each query, in any order and with repetitions; or nothing at all.</summary>
    public static void CheckExcluded(RaggedIds? excluded, int queries, int rows, string argument = "excluded")
    {
        if (excluded is not null)
        {
            CheckLists(excluded, queries, rows, argument);
        }
    }

    /// <summary>One true candidate for each query.</summary>
    public static void CheckTrueCandidates(Shape trueCandidates, Shape queries)
    {
        if (trueCandidates.Rank != 2 || trueCandidates[0] != queries[0] || trueCandidates[1] != Width(queries))
        {
            throw Argument.OtherShape(nameof(trueCandidates), $"[{queries[0]}, {Width(queries)}], one row for each query", trueCandidates);
        }
    }

    /// <summary>One id for each row of the corpus, none of them null.</summary>
    public static void CheckIdentifiers(CandidateIds identifiers, int rows)
    {
        Argument.OneForEach(nameof(identifiers), identifiers.Count, rows, "rows of the corpus");

        identifiers.ThrowIfNull(nameof(identifiers));
    }

    /// <summary>One id for each query, of the corpus' type, none of them null.</summary>
    public static void CheckTrueIdentifiers(CandidateIds trueIdentifiers, int queries, IdRows corpus, string argument = "trueIdentifiers")
    {
        Argument.OneForEach(argument, trueIdentifiers.Count, queries, "queries");

        if (queries > 0 && trueIdentifiers.TypeName != corpus.TypeName)
        {
            throw new ArgumentException($"{argument} must be of the type of the corpus' identifiers, {corpus.TypeName}, not {trueIdentifiers.TypeName}.", argument);
        }

        trueIdentifiers.ThrowIfNull(argument);
    }

    private static int Width(Shape embeddings) => embeddings[embeddings.Rank - 1];

    private static void CheckLists(RaggedIds lists, int queries, int rows, string argument)
    {
        if (lists.Count != queries)
        {
            throw new ArgumentException($"{argument} must be one list for each of the {queries} queries, not {lists.Count}.", argument);
        }

        for (int query = 0; query < queries; query++)
        {
            foreach (int row in lists[query])
            {
                if (row >= rows)
                {
                    throw new ArgumentException($"{argument} must be rows of the corpus, 0 to {rows - 1}, but query {query} has {row}.", argument);
                }
            }
        }
    }
}
