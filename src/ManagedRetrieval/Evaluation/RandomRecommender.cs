using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Metrics;

namespace ManagedRetrieval.Evaluation;

/// <summary>A random order: every item ties with every other, so that expected metrics are those of the mean over all orders.</summary>
/// <remarks>No random number is drawn, and nothing is scored.</remarks>
public sealed class RandomRecommender : IRecommender
{
    /// <inheritdoc/>
    public string Name => "random";

    /// <inheritdoc/>
    public QueryRanks Rank(HeldOutInteractions heldOut, WorkerTeam? workers = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(heldOut);
        var blocks = new RankBlock[heldOut.Count];
        int[] offsets = new int[heldOut.Count + 1];
        int[] negatives = new int[heldOut.Count];
        int tied = 0;
        for (int query = 0; query < blocks.Length; query++)
        {
            int positives = heldOut.Positives[query].Length;
            negatives[query] = heldOut.ItemCount - positives - heldOut.Excluded(query).Length;
            blocks[query] = new RankBlock(0, negatives[query], positives, 0);
            offsets[query + 1] = query + 1;
            tied += negatives[query] > 0 ? positives : 0;
        }

        return new QueryRanks(blocks, offsets, negatives, new RankingCounts(0, tied, 0, 0));
    }
}
