using FsCheck.Xunit;
using ManagedRetrieval.Cli.Reports;

namespace ManagedRetrieval.Cli.Tests.Reports;

public class ScoreHistogramTests
{
    [Property]
    public void Every_finite_score_is_counted_once_in_the_bin_whose_ends_it_lies_between(float[] first, float[] second, byte bins)
    {
        IReadOnlyList<ScoreHistogram> histograms = ScoreHistogram.Count(1 + bins, ("first", first), ("second", second));
        Assert.Equal(["first", "second"], histograms.Select(histogram => histogram.Name));
        foreach ((ScoreHistogram histogram, float[] scores) in histograms.Zip([first, second]))
        {
            double[] finite = [.. scores.Where(float.IsFinite).Select(score => (double)score).Order()];
            Assert.Equal(finite.Length, histogram.Total);
            Assert.Equal(1 + bins, histogram.Counts.Count);
            Assert.Equal((histograms[0].Low, histograms[0].High), (histogram.Low, histogram.High));
            double tolerance = 1e-9 * (histogram.High - histogram.Low);
            int next = 0;
            for (int bin = 0; bin < histogram.Counts.Count; bin++)
            {
                for (int i = 0; i < histogram.Counts[bin]; i++)
                {
                    Assert.InRange(finite[next++], histogram.Low + bin * histogram.BinWidth - tolerance, histogram.Low + (bin + 1) * histogram.BinWidth + tolerance);
                }
            }
        }
    }

    [Fact]
    public void Shares_and_scores_are_read_off_evenly_filled_bins()
    {
        var histogram = new ScoreHistogram("scores", 0, 4, [2, 0, 4, 2]);
        Assert.Equal(2.5, histogram.Quantile(0.5), 1e-12);
        Assert.Equal(1, histogram.Quantile(0.25), 1e-12);
        Assert.Equal(4, histogram.Quantile(1), 1e-12);
        Assert.Equal([1.0, 0.875, 0.75, 0.75, 0.5, 0.125, 0], ((double[])[-3, 0.5, 1, 2, 2.5, 3.5, 9]).Select(histogram.ShareAbove));
    }

    [Fact]
    public void No_scores_have_no_quantile_and_bins_all_the_same()
    {
        ScoreHistogram empty = ScoreHistogram.Count(4, ("none", new float[] { float.NaN }))[0];
        Assert.Equal([0L, 0, 0, 0], empty.Counts);
        Assert.True(empty.BinWidth > 0);
        Assert.True(double.IsNaN(empty.Quantile(0.5)));
        Assert.Throws<ArgumentOutOfRangeException>(() => ScoreHistogram.Count(0));
    }
}
