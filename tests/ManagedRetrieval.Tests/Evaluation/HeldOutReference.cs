using ManagedRetrieval.Data;
using ManagedRetrieval.Evaluation;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Tests.Data;
using ManagedRetrieval.Tests.Metrics;

namespace ManagedRetrieval.Tests.Evaluation;

/// <summary>Random evaluations, and what their ranks should be.</summary>
internal static class HeldOutReference
{
    /// <summary>A split of a random log, and its test part by user or by interaction.</summary>
    public static (InteractionLog Train, HeldOutInteractions HeldOut) Random(Draw draw)
    {
        InteractionSplit split = InteractionSplit.Random(Logs.Random(draw), 0.2, 0.3, draw.Seed);
        HeldOutInteractions heldOut = draw.Bool()
            ? HeldOutInteractions.ByUser(split.Test, split.Train, split.Validation)
            : HeldOutInteractions.ByInteraction(split.Test, split.Train);
        return (split.Train, heldOut);
    }

    /// <summary>Ranks by a full sort of each user's scores, without those that do not compete.</summary>
    public static RankReference Ranks(HeldOutInteractions heldOut, Func<int, double[]> scoresOf)
    {
        var reference = new RankReference();
        for (int query = 0; query < heldOut.Count; query++)
        {
            double[] scores = scoresOf(heldOut.Users[query]);
            int[] positives = heldOut.Positives[query].ToArray();
            int[] silent = [.. positives, .. heldOut.Excluded(query)];
            reference.Add(scores.Where((_, item) => !silent.Contains(item)), positives.Select(item => scores[item]));
        }

        return reference;
    }
}
