using System.Numerics;
using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Engine.Kernels.SoftmaxLoss;

/// <summary>The in-batch softmax loss and its gradients where each row keeps its positives and its hardest negatives only.</summary>
/// <remarks>
/// The hardest are found as a search finds the best candidates, what is no negative excluded; what is left is a short list a
/// row, so losses and gradients cost little. Among equal logits the lowest column is kept; which are kept carries no gradient.
/// The result depends on the inputs alone. Scratch: the lists, a copy of queries and candidates where scores are corrected, and a number for each entry that is taken out.
/// </remarks>
internal static class MinedSoftmax
{
    /// <summary>Makes the losses, and the gradients where they are asked for.</summary>
    /// <param name="arguments">The operands; their shapes fit, and fewer negatives are kept than there are.</param>
    /// <param name="team">Shares out the work.</param>
    /// <returns>How many rows have no negative but were not dropped by the mask, and how many of the first columns, where the loss is symmetric.</returns>
    public static (int Rows, int Columns) Run<T>(SoftmaxArguments<T> arguments, WorkerTeam team)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int queries = arguments.QueryCount, k = arguments.HardNegatives, candidates = arguments.CandidateCount;
        using var hardest = new Scratch<int>(checked(queries * k));
        using var scores = new Scratch<T>(queries * k);
        Mine(arguments, scores.Span, hardest.Span, team);
        int most = checked(arguments.Positives.Length + (queries * k));
        using var offsets = new Scratch<int>(queries + 1);
        using var columns = new Scratch<int>(most);
        using var heads = new Scratch<int>(most);
        using var values = new Scratch<T>(most);
        var entries = new MinedEntries<T>
        {
            Arguments = arguments,
            Offsets = offsets.Span,
            Columns = columns.Span,
            Heads = heads.Span,
            Values = values.Span,
        };
        entries.Fill(hardest.Span, scores.Span);
        int withoutNegatives = entries.RowLosses();
        using var starts = new Scratch<int>(candidates + 1);
        using var order = new Scratch<int>(most);
        using var rows = new Scratch<int>(most);
        int columnsWithout = entries.ByColumn(starts.Span, order.Span, rows.Span);
        if (!arguments.QueryGradient.IsEmpty)
        {
            var ofQueries = new QueryJob<T> { Entries = entries, Blocks = Partition.ByCost(queries, (long)arguments.Width * (k + 1)) };
            team.Run(ofQueries, ofQueries.Blocks.Parts);
            var ofCandidates = new CandidateJob<T>
            {
                Entries = entries,
                Starts = starts.Span,
                Order = order.Span,
                Rows = rows.Span,
                Blocks = Partition.ByCost(candidates, (long)arguments.Width * (1 + (most / candidates))),
            };
            team.Run(ofCandidates, ofCandidates.Blocks.Parts);
        }

        return (withoutNegatives, columnsWithout);
    }

    private static void Mine<T>(SoftmaxArguments<T> arguments, Span<T> scores, Span<int> hardest, WorkerTeam team)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int queries = arguments.QueryCount, candidates = arguments.CandidateCount, width = arguments.Width;
        var exclusions = new Exclusions<T> { Arguments = arguments };
        using var offsets = new Scratch<int>(queries + 1);
        using var excluded = new Scratch<int>(exclusions.Most());
        int count = exclusions.Fill(excluded.Span, offsets.Span);
        if (arguments.LogProbability.IsEmpty)
        {
            TopKSearch.Run(
                arguments.Queries, arguments.Candidates, width, arguments.Heads, arguments.HardNegatives, scores, hardest, excluded.Span[..count], offsets.Span, default, team);
            return;
        }

        // z − l is the score of vectors that are longer by one: 1 · −l is the chain's last step.
        using var longerQueries = new Scratch<T>(queries * arguments.Heads * (width + 1));
        using var longerCandidates = new Scratch<T>(candidates * (width + 1));
        for (int i = 0; i < queries * arguments.Heads; i++)
        {
            Span<T> row = Rows.Of(longerQueries.Span, width + 1, i);
            Rows.Of(arguments.Queries, width, i).CopyTo(row);
            row[width] = T.One;
        }

        for (int j = 0; j < candidates; j++)
        {
            Span<T> row = Rows.Of(longerCandidates.Span, width + 1, j);
            Rows.Of(arguments.Candidates, width, j).CopyTo(row);
            row[width] = -arguments.LogProbability[j];
        }

        TopKSearch.Run<T>(
            longerQueries.Span, longerCandidates.Span, width + 1, arguments.Heads, arguments.HardNegatives, scores, hardest, excluded.Span[..count], offsets.Span, default, team);
    }

    private ref struct QueryJob<T> : IParallelJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public required MinedEntries<T> Entries;
        public required Partition Blocks;

        public readonly void Run(int part)
        {
            int width = Entries.Arguments.Width, stride = Entries.Arguments.Heads * width;
            (int start, int count) = Blocks[part];
            for (int i = start; i < start + count; i++)
            {
                Span<T> target = Rows.Of(Entries.Arguments.QueryGradient, stride, i);
                target.Clear();
                for (int entry = Entries.Offsets[i]; entry < Entries.Offsets[i + 1]; entry++)
                {
                    Span<T> head = Rows.Of(target, width, Entries.Heads[entry]);
                    TensorPrimitives.FusedMultiplyAdd(Rows.Of(Entries.Arguments.Candidates, width, Entries.Columns[entry]), Entries.Values[entry], head, head);
                }
            }
        }
    }

    private ref struct CandidateJob<T> : IParallelJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public required MinedEntries<T> Entries;
        public required ReadOnlySpan<int> Starts;
        public required ReadOnlySpan<int> Order;
        public required ReadOnlySpan<int> Rows;
        public required Partition Blocks;

        public readonly void Run(int part)
        {
            int width = Entries.Arguments.Width, heads = Entries.Arguments.Heads;
            (int start, int count) = Blocks[part];
            for (int j = start; j < start + count; j++)
            {
                Span<T> target = Kernels.Rows.Of(Entries.Arguments.CandidateGradient, width, j);
                target.Clear();
                for (int place = Starts[j]; place < Starts[j + 1]; place++)
                {
                    int entry = Order[place];
                    ReadOnlySpan<T> query = Kernels.Rows.Of(Entries.Arguments.Queries, width, (Rows[place] * heads) + Entries.Heads[entry]);
                    TensorPrimitives.FusedMultiplyAdd(query, Entries.Values[entry], target, target);
                }
            }
        }
    }
}
