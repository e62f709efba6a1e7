using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Metrics;
using TorchSharp;

namespace ManagedRetrieval.Benchmarks.TorchSharp.Tfrs;

/// <summary>Trains both sides on the same split, in the same order, from the same embeddings, and ranks by the same code.</summary>
internal sealed class TutorialComparison(MovieRatings data, WorkerTeam team)
{
    /// <summary>float rounds at 2^-24; sums over 8192 rows in another order differ by some hundred times that.</summary>
    private const double MostDifference = 1e-4;

    private static readonly RankMetric[] Metrics = [.. Tutorial.Ks.Select(RankMetric.TopKAccuracy)];

    /// <summary>The figures of one seed.</summary>
    /// <exception cref="InvalidOperationException">The sides disagree after the first step.</exception>
    public TutorialRow Run(ulong seed)
    {
        torch.set_num_threads(team.Workers);
        (RatedPairs train, RatedPairs test) = data.Split(seed);
        var ourModel = new OurModel(data, seed, team);
        using var theirModel = new TheirModel(data, ourModel.Embeddings);
        (TrainingLog theirs, TrainingLog ours) = (theirModel.Train(train, seed), ourModel.Train(train));
        double[] losses = [.. ours.Losses.Zip(theirs.Losses, (our, their) => Math.Abs(our - their) / their)];
        var row = new TutorialRow(seed, Accuracies(ours.Last, test), Accuracies(theirs.Last, test))
        {
            FirstLossDifference = losses[0],
            FirstTableDifference = Embeddings.Difference(ours.First, theirs.First),
            LargestLossDifference = losses.Max(),
            LastTableDifference = Embeddings.Difference(ours.Last, theirs.Last),
            OurSeconds = ours.Seconds,
            PeerSeconds = theirs.Seconds,
        };

        // The tables too: the loss alone would hardly tell if the sides had seen different pairs.
        return row.FirstLossDifference < MostDifference && row.FirstTableDifference < MostDifference
            ? row
            : throw new InvalidOperationException(
                $"Seed {seed}: after the first step the sides disagree by {row.FirstLossDifference:e2} in the loss and by {row.FirstTableDifference:e2} in the tables.");
    }

    private Dictionary<string, double> Accuracies(Embeddings embeddings, RatedPairs pairs)
    {
        QueryRanks ranks = FactorizedTopK.Rank(
            Gather(embeddings.Users, data.Users, pairs.Users), Gather(embeddings.Titles, data.DistinctTitles, data.Titles), pairs.Movies, workers: team);
        return Metrics.ToDictionary(metric => $"factorized_top_k/{metric.Name}", metric => metric.Of(ranks, Tutorial.Ties));
    }

    private static Tensor<float> Gather(Tensor<float> table, Vocabulary<string> vocabulary, string[] keys)
    {
        var rows = new Tensor<float>(new Shape(keys.Length, Tutorial.Dimensions));
        for (int i = 0; i < keys.Length; i++)
        {
            table.Row(vocabulary.IndexOf(keys[i])).CopyTo(rows.Row(i));
        }

        return rows;
    }
}
