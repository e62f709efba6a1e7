using ManagedRetrieval.Metrics;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Metrics;

public class MeanLossTests
{
    [Fact]
    public void Batches_give_the_weighted_mean_over_all_of_them() => RandomCases.Check(draw =>
    {
        var metric = new MeanLoss();
        (double sum, double total) = (0, 0);
        for (int batch = draw.Length(); batch > 0; batch--)
        {
            double[] losses = draw.Values(draw.Length(minimum: 0));
            double[] weights = draw.Values(losses.Length, Domain.Positive);
            bool weighted = draw.Bool();
            metric.Update(losses, weighted ? weights : default);
            for (int i = 0; i < losses.Length; i++)
            {
                sum += losses[i] * (weighted ? weights[i] : 1);
                total += weighted ? weights[i] : 1;
            }
        }

        Assert.Equal(total == 0 ? double.NaN : sum / total, metric.Result, 1e-12);
    });

    [Fact]
    public void Nothing_is_NaN_and_so_is_everything_after_a_reset()
    {
        var metric = new MeanLoss();
        Assert.Equal("loss", metric.Name);
        Assert.Equal(double.NaN, metric.Result);
        metric.Update([], []);
        metric.Update([3], [0]);
        Assert.Equal(double.NaN, metric.Result);
        metric.Update([1, 4], [2, 1]);
        Assert.Equal(2, metric.Result);
        metric.Reset();
        Assert.Equal(double.NaN, metric.Result);
        metric.Update([5], []);
        Assert.Equal(5, metric.Result);
    }

    [Fact]
    public void Bad_arguments_are_refused()
    {
        Refusal.Of<ArgumentNullException>(() => _ = new MeanLoss(null!), "name");
        var metric = new MeanLoss("validation_loss");
        Assert.Equal("validation_loss", metric.Name);
        Refusal.Of<ArgumentException>(() => metric.Update([1, 2], [1]), "weights must be one for each of the 2 losses, not 1");
    }
}
