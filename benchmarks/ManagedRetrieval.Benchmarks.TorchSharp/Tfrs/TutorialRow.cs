namespace ManagedRetrieval.Benchmarks.TorchSharp.Tfrs;

/// <summary>The figures of one seed; the names are those of the JSON file.</summary>
/// <param name="Seed">Decides the split, the order of the pairs and the initial embeddings.</param>
/// <param name="Ours">This library's accuracies by name.</param>
/// <param name="Peer">libtorch's.</param>
internal sealed record TutorialRow(ulong Seed, IReadOnlyDictionary<string, double> Ours, IReadOnlyDictionary<string, double> Peer)
{
    /// <summary>|ours − theirs| / theirs of the first step's loss.</summary>
    public double FirstLossDifference { get; init; }

    /// <summary>‖ours − theirs‖ / ‖theirs‖ of the tables after the first step.</summary>
    public double FirstTableDifference { get; init; }

    /// <summary>The greatest |ours − theirs| / theirs of the losses of all steps.</summary>
    public double LargestLossDifference { get; init; }

    /// <summary>‖ours − theirs‖ / ‖theirs‖ of the tables after the last step.</summary>
    public double LastTableDifference { get; init; }

    public double OurSeconds { get; init; }

    public double PeerSeconds { get; init; }

    /// <summary>By name, ours less the peer's.</summary>
    public IReadOnlyDictionary<string, double> Difference => Ours.ToDictionary(entry => entry.Key, entry => entry.Value - Peer[entry.Key]);
}
