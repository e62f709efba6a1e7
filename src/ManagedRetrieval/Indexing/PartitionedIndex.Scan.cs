using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Indexing.Partitioned;

namespace ManagedRetrieval.Indexing;

public sealed partial class PartitionedIndex<TId>
{
    /// <inheritdoc/>
    internal override WorkerTeam Workers => _team;

    /// <inheritdoc/>
    /// <remarks>Where a row costs 64 scanned ones, this is how many cost as much as scanning what <see cref="ProbesAmong"/> says for them; few are quickly scored in any case.</remarks>
    private protected override int ExactScanLimit => (int)Math.Min(Count, Math.Max(1024, Count * Math.Pow(Probes / (64.0 * Partitions), 2.0 / 3)));

    private protected override void ScoreRows(ReadOnlySpan<float> queries, int count, ReadOnlySpan<int> rows, Span<float> scores)
    {
        int vectors = queries.Length / Dimensions, heads = vectors / count, width = rows.Length;
        using var places = new Scratch<int>(width);
        using var ofHeads = new Scratch<float>(heads > 1 ? vectors * width : 0);
        for (int i = 0; i < width; i++)
        {
            places.Span[i] = Store.PlaceOfRow[rows[i]];
        }

        Span<float> made = heads > 1 ? ofHeads.Span : scores;
        PlaceScores.WriteAll(Store, queries, places.Span, made);
        for (int vector = 0; vector < vectors && heads > 1; vector++)
        {
            Span<float> of = made.Slice(vector * width, width), best = scores.Slice(vector / heads * width, width);
            if (vector % heads == 0)
            {
                of.CopyTo(best);
            }
            else
            {
                TensorPrimitives.Max(best, of, best);
            }
        }
    }
}
