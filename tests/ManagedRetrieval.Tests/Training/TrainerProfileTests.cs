using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Tests.Training;

public class TrainerProfileTests
{
    [Fact]
    public void A_run_says_how_often_each_op_ran_and_where_the_time_went_and_its_bits_stay()
    {
        var planted = new Planted();
        TwoTowerModel<int[], int[]> plain = Planted.Model(), model = Planted.Model();
        TrainingOptions options = new() { Epochs = 2, BatchSize = 100 };
        Assert.Null(Planted.Trainer(plain).Fit(planted.Data(plain), options).Profile);
        TrainingProfile profile = Planted.Trainer(model).Fit(planted.Data(model), options with { Profile = true }).Profile!;
        Assert.Equal(TrainerTests.Values(plain), TrainerTests.Values(model));
        Assert.Equal(8, profile.Steps);
        Assert.Equal(16, profile.Ops.Single(op => op.Op == "EmbeddingBag").Calls);
        Assert.Equal(8, profile.Ops.Single(op => op.Op == "InBatchSoftmax").Calls);
        Assert.True(profile.Rest >= TimeSpan.Zero && profile.Optimizer > TimeSpan.Zero, profile.ToString());
        Assert.Equal(profile.Total, profile.Rest + profile.Optimizer + new TimeSpan(profile.Ops.Sum(op => op.Total.Ticks)));
        Assert.StartsWith("8 steps, ", profile.ToString(), StringComparison.Ordinal);
        Assert.Contains("\nEmbeddingBag: ", profile.ToString(), StringComparison.Ordinal);
    }
}
