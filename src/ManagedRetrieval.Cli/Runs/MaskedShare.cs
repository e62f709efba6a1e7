using ManagedRetrieval.Cli.Models;
using ManagedRetrieval.Data;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>The share of a batch's scores that are taken out, as it is to be expected of pairs drawn at random.</summary>
internal static class MaskedShare
{
    /// <param name="task">Says what is taken out.</param>
    /// <param name="train">The training part.</param>
    /// <param name="pairs">The same, encoded.</param>
    public static double Of(TaskDescription task, InteractionLog train, RetrievalDataset pairs)
    {
        float[] frequencies = pairs.CandidateFrequencies();
        if (!task.RemoveKnownPositives)
        {
            return task.RemoveAccidentalHits ? frequencies.Sum(frequency => (double)frequency * frequency) : 0;
        }

        double[] ofUser = new double[train.Users.Count];
        var seen = new HashSet<(int, int)>();
        for (int i = 0; i < train.Count; i++)
        {
            if (seen.Add((train.UserColumn[i], train.ItemColumn[i])))
            {
                ofUser[train.UserColumn[i]] += frequencies[train.ItemColumn[i]];
            }
        }

        double sum = 0;
        foreach (int user in train.UserColumn)
        {
            sum += ofUser[user];
        }

        return Math.Min(1, sum / train.Count);
    }
}
