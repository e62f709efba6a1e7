using ManagedRetrieval.Tests.Towers;

namespace ManagedRetrieval.Tests.Training;

/// <summary>The softmax loss of a batch in plain loops of double.</summary>
internal static class SlowTask
{
    /// <summary>The mean over queries of −log of the share that their own candidate has.</summary>
    /// <param name="queries">A row for each query.</param>
    /// <param name="candidates">Row i is that of query i; further rows are negatives.</param>
    /// <param name="temperature">What scores are divided by.</param>
    /// <param name="removed">Whether a candidate, other than its own, is none of a query's negatives.</param>
    public static double Loss(double[][] queries, double[][] candidates, double temperature, Func<int, int, bool> removed) =>
        queries.Select((query, i) =>
        {
            double[] scores = [.. candidates.Select((candidate, j) => i != j && removed(i, j) ? double.NegativeInfinity : query.Zip(candidate, (a, b) => a * b).Sum() / temperature)];
            return -Math.Log(SlowLayers.Softmax(scores)[i]);
        }).Average();

    /// <summary>The leading numbers of each row, scaled to length 1 where <paramref name="normalize"/>.</summary>
    public static double[][] Leading(double[][] rows, int dimensions, bool normalize) =>
        [.. rows.Select(row => normalize ? TowerSamples.Normalized(row[..dimensions]) : row[..dimensions])];

    /// <summary>Rows of a matrix as double.</summary>
    public static double[][] Rows(Engine.Tensors.Tensor<float> matrix) =>
        [.. Enumerable.Range(0, matrix.Shape.Rows).Select(i => matrix.Row(i).ToArray().Select(value => (double)value).ToArray())];
}
