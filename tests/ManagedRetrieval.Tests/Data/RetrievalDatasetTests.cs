using ManagedRetrieval.Data;
using ManagedRetrieval.Features;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Tests.Towers;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Data;

public class RetrievalDatasetTests
{
    private static readonly TwoTowerModel<int[], int[]> Model = new(new GivenIds(9), new GivenIds(9), new TwoTowerOptions { Dimensions = 2 });
    private static readonly int[][] Corpus = [[5], [6, 7], []];

    [Fact]
    public void Inputs_are_encoded_row_by_row()
    {
        RetrievalDataset data = RetrievalDataset.Encode<int[], int[]>(Model, [[1, 2], [], [3]], Corpus, [2, 0, 1], [1, 0, 2.5f]);
        Assert.Equal(3, data.Count);
        var queries = (RaggedIds)data.Queries.Columns[0];
        var candidates = (RaggedIds)data.Candidates.Columns[0];
        Assert.Equal([1, 2, 3], queries.Ids.ToArray());
        Assert.Equal([0, 2, 2, 3], queries.Offsets.ToArray());
        Assert.Equal([5, 6, 7], candidates.Ids.ToArray());
        Assert.Equal([0, 1, 3, 3], candidates.Offsets.ToArray());
    }

    [Fact]
    public void Later_changes_to_the_arrays_change_nothing()
    {
        int[] positives = [0, 1];
        float[] weights = [1, 2];
        RetrievalDataset data = RetrievalDataset.Encode(Model, [[1], [2]], Corpus, positives, weights);
        (positives[0], weights[0]) = (1, 9);
        Assert.Equal([0, 1], data.Positives);
        Assert.Equal([1, 2], data.Weights);
    }

    [Fact]
    public void Frequencies_are_shares_of_the_pairs_and_zero_without_one() => RandomCases.Check(draw =>
    {
        int corpus = draw.Length();
        int[] positives = draw.Ids(draw.Length(), corpus);
        float[] frequencies = RetrievalDataset.Encode(
            Model, [.. positives.Select(_ => new[] { 1 })], [.. Enumerable.Range(0, corpus).Select(_ => new[] { 2 })], positives).CandidateFrequencies();
        Assert.Equal(corpus, frequencies.Length);
        for (int row = 0; row < corpus; row++)
        {
            Assert.Equal((float)(positives.Count(positive => positive == row) / (double)positives.Length), frequencies[row]);
        }
    });

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Refused("queries", "queries is empty", [], []);
        Refused("positives", "each of the 2 queries, not 1", [[1], [2]], [0]);
        Refused("positives", "0 to 2, but number 1 is 3", [[1], [2]], [0, 3]);
        Refused("positives", "0 to 2, but number 0 is -1", [[1], [2]], [-1, 0]);
        Refused("weights", "each of the 2 pairs, not 3", [[1], [2]], [0, 1], 1, 1, 1);
        Refused("weights", "number 1 is -0.5", [[1], [2]], [0, 1], 1, -0.5f);
        Refused("weights", "number 0 is NaN", [[1], [2]], [0, 1], float.NaN, 1);
        Refused("weights", "number 1 is Infinity", [[1], [2]], [0, 1], 1, float.PositiveInfinity);
        Refused("weights", "is 0 for every pair", [[1], [2]], [0, 1], 0, -0f);
        Assert.Equal([0, float.Epsilon], RetrievalDataset.Encode<int[], int[]>(Model, [[1], [2]], Corpus, [0, 1], [0, float.Epsilon]).Weights);
        Assert.Throws<ArgumentNullException>("model", () => RetrievalDataset.Encode<int[], int[]>(null!, [[1]], Corpus, [0]));
        Assert.Throws<ArgumentNullException>("queries", () => RetrievalDataset.Encode(Model, null!, Corpus, [0]));
        Assert.Throws<ArgumentNullException>("corpus", () => RetrievalDataset.Encode(Model, [[1]], null!, [0]));

        static void Refused(string argument, string part, int[][] queries, int[] positives, params float[] weights)
        {
            ArgumentException error = Assert.Throws<ArgumentException>(argument, () => RetrievalDataset.Encode(Model, queries, Corpus, positives, weights));
            Assert.Contains(argument, error.Message, StringComparison.Ordinal);
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_cancelled_encoding_stops()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => RetrievalDataset.Encode(Model, [[1]], Corpus, [0], cancellationToken: source.Token));
    }
}
