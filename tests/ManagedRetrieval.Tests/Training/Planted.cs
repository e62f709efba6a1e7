using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Tests.Towers;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Tests.Training;

/// <summary>Data with a structure to find: each candidate has three words of its own, and its queries hold two of them and a word of noise.</summary>
internal sealed class Planted
{
    public const int Candidates = 200;
    private const int Noise = 50;
    private const int Words = (3 * Candidates) + Noise;

    private readonly Draw _draw = new(77, 12);

    public Planted()
    {
        // Learning shows the first word with either other one; the pair of these two is held out.
        Queries = [.. Enumerable.Range(0, 2 * Candidates).Select(i => Query(i / 2, 0, 1 + (i % 2)))];
        Positives = [.. Enumerable.Range(0, 2 * Candidates).Select(i => i / 2)];
        HeldOut = [.. Enumerable.Range(0, Candidates).Select(i => Query(i, 1, 2))];
        Corpus = [.. Enumerable.Range(0, Candidates).Select(i => new[] { i })];
    }

    public int[][] Queries { get; }

    public int[] Positives { get; }

    public int[][] HeldOut { get; }

    public int[][] Corpus { get; }

    public static TwoTowerModel<int[], int[]> Model(ulong seed = 1, bool linear = true) => new(
        new GivenIds(Words), new GivenIds(Candidates), new TwoTowerOptions { Dimensions = 24, Linear = linear, Seed = seed });

    public static Trainer Trainer(TwoTowerModel model, WorkerTeam? workers = null, bool removeHits = true) => new(
        model,
        new RetrievalTask<float>(new RetrievalTaskOptions<float> { Temperature = 0.1, RemoveAccidentalHits = removeHits }),
        new Adagrad<float>(0.1),
        workers);

    public RetrievalDataset Data(TwoTowerModel<int[], int[]> model, params float[] weights) =>
        RetrievalDataset.Encode(model, Queries, Corpus, Positives, weights);

    /// <summary>The share of held-out queries whose own candidate scores highest of all.</summary>
    public double HeldOutAccuracy(TwoTowerModel<int[], int[]> model) => RankMetric.TopKAccuracy(1).Of(
        FactorizedTopK.Rank(model.EmbedQueries(HeldOut), model.EmbedCandidates(Corpus), [.. Enumerable.Range(0, Candidates)]));

    private int[] Query(int candidate, int first, int second) =>
        [(3 * candidate) + first, (3 * Candidates) + _draw.Below(Noise), (3 * candidate) + second];
}
