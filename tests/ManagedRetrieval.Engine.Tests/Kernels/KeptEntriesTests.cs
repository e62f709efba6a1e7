using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels;

public class KeptEntriesTests
{
    [Fact]
    public void The_mean_below_the_maximum_counts_kept_entries_only() => RandomCases.Check(
        draw =>
        {
            double[] values = draw.Values(draw.Between(1, draw.Size));
            bool[] kept = [.. values.Select((_, j) => j == 0 || draw.Bool())];
            double[] logits = [.. values.Select((value, j) => kept[j] ? value : double.NegativeInfinity)];
            double maximum = logits.Max(), sum = 0;
            for (int j = 0; j < values.Length; j++)
            {
                sum += kept[j] ? maximum - values[j] : 0;
            }

            double actual = KeptEntries.MeanBelow<double>(logits, maximum, out int count);
            Assert.Equal(kept.Count(isKept => isKept), count);
            Agree.InNorm<double>("mean", [sum / count], [actual], 1e-14);
            double[] alone = [.. logits.Where(double.IsFinite)];
            Agree.Exactly<double>("without the removed entries", [KeptEntries.MeanBelow<double>(alone, maximum, out _)], [actual]);
        },
        size: 200);

    [Fact]
    public void Subtracting_leaves_removed_entries_as_they_are()
    {
        double[] result = [1, 2, 3, 4];
        KeptEntries.Subtract([0, double.NegativeInfinity, -1e300, double.NaN], 0.5, result);
        Assert.Equal([0.5, 2, 2.5, 3.5], result);
    }
}
