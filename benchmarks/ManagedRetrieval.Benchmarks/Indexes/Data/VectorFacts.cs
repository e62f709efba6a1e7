using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Evaluation;

namespace ManagedRetrieval.Benchmarks.Indexes.Data;

/// <summary>How hard vectors are to search; the names are those of the JSON file.</summary>
internal sealed record VectorFacts
{
    private const int K = 10, FarK = 100;

    /// <summary>Measures them.</summary>
    /// <param name="set">The vectors.</param>
    /// <param name="team">Shares out the work.</param>
    public VectorFacts(VectorSet set, WorkerTeam team)
    {
        (Data, Rows, Queries) = (set.Name, set.Rows.Shape.Rows, set.Queries.Shape.Rows);
        double[] norms = [.. Enumerable.Range(0, Rows).Select(row => (double)TensorPrimitives.Norm<float>(set.Rows.Row(row)))];
        double[] sorted = [.. norms.Order()];
        NormQuantiles = [.. ((double[])[0.01, 0.1, 0.5, 0.9, 0.99, 0.9999]).Select(part => sorted[(int)(part * (Rows - 1))])];
        double[] spectrum = Spectrum(set.Rows, norms, team);
        SpectrumShares = [.. ((int[])[1, 4, 8, 16, 32]).Select(count => spectrum.Take(count).Sum())];
        EffectiveRank = Math.Exp(-spectrum.Where(share => share > 0).Sum(share => share * Math.Log(share)));

        var partitions = new Partitions(set.Rows, team);
        PartitionCount = partitions.Centroids.Shape.Rows;
        double kept = 0;
        for (int row = 0; row < Rows; row++)
        {
            double along = TensorPrimitives.Dot<float>(set.Rows.Row(row), partitions.Centroids.Row(partitions.OfRow[row])) / norms[row];
            kept += along * along;
        }

        ResidualShare = 1 - (kept / Rows);
        int[] sizes = new int[PartitionCount];
        foreach (int partition in partitions.OfRow)
        {
            sizes[partition]++;
        }

        LargestPartition = sizes.Max() * (double)PartitionCount / Rows;
        NormSizeCorrelation = Correlation([.. norms.Select(norm => Math.Log(norm))], [.. partitions.OfRow.Select(partition => Math.Log(sizes[partition]))]);

        var scores = new Tensor<float>(new Shape(Queries, FarK));
        int[] best = new int[Queries * FarK];
        new CpuBackend<float>(team).TopK(set.Queries, set.Rows, FarK, scores, best);
        (ShareInBestPartitions, ShareInBestTenth) = (Within(partitions, set.Queries, best, 100, team), Within(partitions, set.Queries, best, 1000, team));
        for (int query = 0; query < Queries; query++)
        {
            double length = TensorPrimitives.Norm<float>(set.Queries.Row(query));
            BestCosine += scores.Row(query)[0] / length / norms[best[query * FarK]] / Queries;
            FallToHundredth += (1 - ((double)scores.Row(query)[FarK - 1] / scores.Row(query)[0])) / Queries;
        }

        DistinctShare = Enumerable.Range(0, Queries).SelectMany(query => best.Skip(query * FarK).Take(K)).Distinct().Count() / (double)(Queries * K);
    }

    public string Data { get; }

    public int Rows { get; }

    public int Queries { get; }

    /// <summary>At 1 %, 10 %, 50 %, 90 %, 99 % and 99.99 %.</summary>
    public double[] NormQuantiles { get; }

    /// <summary>How much of the directions' mean square lies along their first 1, 4, 8, 16 and 32 principal axes.</summary>
    public double[] SpectrumShares { get; }

    /// <summary>exp(H) of all those shares: as many equal axes would have as much entropy.</summary>
    public double EffectiveRank { get; }

    public int PartitionCount { get; }

    /// <summary>The share of a direction's square that its partition's centroid does not explain: what codes have to hold.</summary>
    public double ResidualShare { get; }

    /// <summary>The size of the largest partition over the mean size.</summary>
    public double LargestPartition { get; }

    /// <summary>Of the logarithms of a row's norm and its partition's size.</summary>
    public double NormSizeCorrelation { get; }

    /// <summary>The share of the top 10 that lies in the query's best hundredth of the partitions.</summary>
    public double ShareInBestPartitions { get; }

    /// <summary>The share of the top 10 that lies in the query's best thousandth of the partitions, but at least one.</summary>
    public double ShareInBestTenth { get; }

    /// <summary>The mean cosine of a query and its best candidate.</summary>
    public double BestCosine { get; }

    /// <summary>By what share of the best score the hundredth lies below it.</summary>
    public double FallToHundredth { get; }

    /// <summary>The share of different candidates in all top 10: little where a few are everybody's.</summary>
    public double DistinctShare { get; }

    /// <summary>The figures in a few lines.</summary>
    public override string ToString() =>
        $"""
         {Data}: {Rows} rows, {Queries} queries
           norms at 1, 10, 50, 90, 99, 99.99 %: {List(NormQuantiles)}; spectrum's first 1, 4, 8, 16, 32 of 64: {List(SpectrumShares)}, effective rank {EffectiveRank:f1}
           {PartitionCount} partitions, the largest {LargestPartition:f1} times the mean; beside the centroid {ResidualShare:p1}; norm and size correlate by {NormSizeCorrelation:f2}
           of the top 10 in the best 1 % of partitions {ShareInBestPartitions:p1}, in the best 0.1 % {ShareInBestTenth:p1}; best cosine {BestCosine:f2}, the hundredth score {FallToHundredth:p1} lower; {DistinctShare:p1} of the answers differ
         """;

    private static string List(double[] values) => string.Join(", ", values.Select(value => value.ToString("f2", null)));

    private static double Within(Partitions partitions, Tensor<float> queries, int[] best, int divisor, WorkerTeam team)
    {
        int count = Math.Max(1, partitions.Centroids.Shape.Rows / divisor), found = 0;
        int[] nearest = partitions.Nearest(queries, count, team);
        for (int query = 0; query < queries.Shape.Rows; query++)
        {
            for (int i = 0; i < K; i++)
            {
                found += nearest.AsSpan(query * count, count).Contains(partitions.OfRow[best[(query * FarK) + i]]) ? 1 : 0;
            }
        }

        return found / (double)(K * queries.Shape.Rows);
    }

    /// <summary>The eigenvalues of the directions' second moments, in parts of their sum, descending.</summary>
    private static double[] Spectrum(Tensor<float> rows, double[] norms, WorkerTeam team)
    {
        int width = rows.Shape.RowLength;
        Tensor<float> directions = rows.Clone(), moments = new(new Shape(width, width));
        for (int row = 0; row < norms.Length; row++)
        {
            TensorPrimitives.Divide(directions.Row(row), (float)norms[row], directions.Row(row));
        }

        new CpuBackend<float>(team).MatrixProduct(directions, transposeA: true, directions, transposeB: false, moments, accumulate: false);
        double[] values = SymmetricEigenvalues.Of([.. moments.Span.ToArray().Select(moment => (double)moment / norms.Length)], width);
        return [.. values.OrderDescending().Select(value => value / values.Sum())];
    }

    private static double Correlation(double[] x, double[] y)
    {
        (double meanX, double meanY) = (x.Average(), y.Average());
        double xy = 0, xx = 0, yy = 0;
        for (int i = 0; i < x.Length; i++)
        {
            xy += (x[i] - meanX) * (y[i] - meanY);
            xx += (x[i] - meanX) * (x[i] - meanX);
            yy += (y[i] - meanY) * (y[i] - meanY);
        }

        return xx > 0 && yy > 0 ? xy / Math.Sqrt(xx * yy) : 0;
    }
}
