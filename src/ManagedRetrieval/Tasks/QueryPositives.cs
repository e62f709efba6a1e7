using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Features;
using ManagedRetrieval.Losses;

namespace ManagedRetrieval.Tasks;

/// <summary>Which columns are whose positives, from what a call says about queries, columns and mask.</summary>
internal static class QueryPositives
{
    /// <summary>For each query its positives, its own first; what the mask hides is none, but a dropped row keeps its own.</summary>
    /// <param name="tape">Lends the memory.</param>
    /// <param name="queries">The number of rows.</param>
    /// <param name="arguments">Checked.</param>
    public static OpIndices OfQueries<T>(Tape<T> tape, int queries, in RetrievalArguments<T> arguments)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (arguments.QueryIds.Count == 0 && arguments.PositiveColumns is null)
        {
            return PositiveColumns.Diagonal(tape, queries);
        }

        return ColumnLists.Of(tape, queries, new Source
        {
            QueryIds = arguments.QueryIds,
            Table = arguments.QueryIds.Count > 0 ? IdTable.Of(tape, arguments.QueryIds) : default,
            Columns = arguments.PositiveColumns,
            Mask = arguments.ScoreMask,
        });
    }

    /// <summary>The same seen from the first Q candidates: for each the queries whose positive it is, its own first.</summary>
    public static OpIndices OfCandidates<T>(Tape<T> tape, int queries, OpIndices positives)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ReadOnlySpan<int> columns = positives.Values.Span, offsets = positives.Offsets.Span;
        if (columns.Length == queries)
        {
            return positives;
        }

        Memory<int> listOffsets = tape.AllocateIndices(queries + 1), lists = tape.AllocateIndices(columns.Length);
        Span<int> starts = listOffsets.Span, next = tape.AllocateIndices(queries).Span;
        starts.Clear();
        foreach (int column in columns)
        {
            if (column < queries)
            {
                starts[column + 1]++;
            }
        }

        for (int candidate = 0; candidate < queries; candidate++)
        {
            starts[candidate + 1] += starts[candidate];
            lists.Span[starts[candidate]] = candidate;
            next[candidate] = starts[candidate] + 1;
        }

        for (int query = 0; query < queries; query++)
        {
            foreach (int column in columns[(offsets[query] + 1)..offsets[query + 1]])
            {
                if (column < queries)
                {
                    lists.Span[next[column]++] = query;
                }
            }
        }

        return new OpIndices(lists[..starts[queries]], listOffsets);
    }

    private ref struct Source : ColumnLists.ISource
    {
        public required CandidateIds QueryIds;
        public required IdTable Table;
        public required RaggedIds? Columns;
        public required ScoreMask Mask;

        public readonly void Write(int row, ref ColumnLists lists)
        {
            lists.Add(row);
            if (!Mask.IsDefault && !Mask.Row(row)[row])
            {
                return;
            }

            if (Columns is not null)
            {
                ReadOnlySpan<int> columns = Columns[row];
                for (int p = 0; p < columns.Length; p++)
                {
                    if (!columns[..p].Contains(columns[p]))
                    {
                        AddFurther(row, columns[p], ref lists);
                    }
                }
            }
            else if (QueryIds.Count > 0)
            {
                for (int j = Table.Next(QueryIds, row); j >= 0; j = Table.Next(QueryIds, row, j))
                {
                    AddFurther(row, j, ref lists);
                }
            }
        }

        private readonly void AddFurther(int row, int column, ref ColumnLists lists)
        {
            if (column != row && (Mask.IsDefault || Mask.Row(row)[column]))
            {
                lists.Add(column);
            }
        }
    }
}
