using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Sampling;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Sampling;

public class AliasTableTests
{
    [Fact]
    public void The_shares_of_an_item_in_all_columns_sum_to_its_probability() => RandomCases.Check(
        draw =>
        {
            double[] weights = Weights(draw);
            AliasTable table = Table(weights);
            double[] shares = new double[weights.Length];
            for (int column = 0; column < table.Items.Length; column++)
            {
                Assert.InRange(table.Thresholds[column], 0, 1);
                shares[table.Items[column]] += table.Thresholds[column] / table.Items.Length;
                shares[table.Aliases[column]] += (1 - table.Thresholds[column]) / table.Items.Length;
            }

            double total = weights.Sum();
            for (int item = 0; item < weights.Length; item++)
            {
                Assert.Equal(weights[item] / total, shares[item], 1e-12);
            }
        },
        cases: 300,
        size: 300);

    [Fact]
    public void An_item_without_weight_stands_nowhere_in_the_table() => RandomCases.Check(
        draw =>
        {
            double[] weights = Weights(draw);
            AliasTable table = Table(weights);
            Assert.Equal(weights.Index().Where(entry => entry.Item > 0).Select(entry => entry.Index), table.Items.ToArray());
            Assert.All(table.Aliases.ToArray(), item => Assert.True(weights[item] > 0));
        },
        size: 300);

    [Fact]
    public void A_draw_takes_the_column_and_the_number_that_belong_to_its_position()
    {
        AliasTable table = Table([1, 6, 0, 3]);
        var random = new CounterRandom(4, 9);
        for (ulong position = 0; position < 200; position++)
        {
            int column = random.Below(3, 2 * position);
            bool own = random.Uniform((2 * position) + 1) < table.Thresholds[column];
            Assert.Equal(own ? table.Items[column] : table.Aliases[column], table.Draw(random, position));
        }
    }

    private static AliasTable Table(double[] weights) => new(weights, weights.Sum());

    private static double[] Weights(Draw draw)
    {
        double[] weights = new double[draw.Length()];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = draw.OneOf(0, 1, draw.Uniform(), draw.Uniform(0, 1000), 1e-9 * draw.Uniform());
        }

        weights[draw.Below(weights.Length)] += 1;
        return weights;
    }
}
