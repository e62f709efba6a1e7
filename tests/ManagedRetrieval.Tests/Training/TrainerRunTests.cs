using ManagedRetrieval.Data;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.Tests.Towers;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Tests.Training;

/// <summary>Where a run starts, how it is cut into steps, and what it refuses.</summary>
public class TrainerRunTests
{
    [Fact]
    public void Five_calls_of_one_epoch_give_the_bits_of_one_call_of_five()
    {
        (float[] Values, double[] Losses) once = Train(1, 5);
        (float[] Values, double[] Losses) often = Train(5, 1);
        Assert.Equal(once.Values, often.Values);
        Assert.Equal(once.Losses, often.Losses);

        static (float[] Values, double[] Losses) Train(int calls, int epochs)
        {
            var planted = new Planted();
            TwoTowerModel<int[], int[]> model = Planted.Model();
            RetrievalDataset data = planted.Data(model);
            Trainer trainer = Planted.Trainer(model);
            double[] losses = [.. Enumerable.Range(0, calls).SelectMany(_ => trainer.Fit(data, new() { Epochs = epochs, BatchSize = 60 })).Select(epoch => epoch.Loss)];
            return (TrainerTests.Values(model), losses);
        }
    }

    [Theory]
    [InlineData(2, 2, 2)]
    [InlineData(3, 2, 3)]
    [InlineData(4, 2, 2, 4)]
    [InlineData(5, 2, 2, 5)]
    [InlineData(7, 3, 3, 7)]
    [InlineData(8, 3, 3, 6, 8)]
    [InlineData(5, 4, 5)]
    [InlineData(5, int.MaxValue, 5)]
    public void A_single_pair_that_would_be_left_over_joins_the_batch_before(int pairs, int batch, params int[] seen)
    {
        TwoTowerModel<int[], int[]> model = Small(9, 9);
        float[] before = TrainerTests.Values(model);
        var reports = new List<TrainingProgress>();
        Trainer(model).Fit(Data(model, pairs), new() { Epochs = 2, BatchSize = batch }, new Observer(reports.Add));
        Assert.Equal([.. seen, .. seen.Select(count => count + pairs)], reports.Select(report => (int)report.Pairs));
        Assert.All(reports, report => Assert.Equal(2L * pairs, report.TotalPairs));
        Assert.NotEqual(before, TrainerTests.Values(model));
    }

    [Fact]
    public void A_single_pair_is_refused()
    {
        TwoTowerModel<int[], int[]> model = Small(9, 9);
        ArgumentException error = Assert.Throws<ArgumentException>("data", () => Trainer(model).Fit(Data(model, 1)));
        Assert.Contains("at least 2 pairs", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(9, 8)]
    [InlineData(8, 9)]
    [InlineData(10, 9)]
    [InlineData(9, 10)]
    public void Data_encoded_for_tables_of_other_sizes_is_refused(int queryRows, int candidateRows)
    {
        TwoTowerModel<int[], int[]> model = Small(9, 9);
        float[] before = TrainerTests.Values(model);
        RetrievalDataset data = Data(Small(queryRows, candidateRows), 5);
        ArgumentException error = Assert.Throws<ArgumentException>("data", () => Trainer(model).Fit(data));
        Assert.Contains($"'query' of {queryRows} rows and 'candidate' of {candidateRows} rows, but the model's towers read 'query' of 9 rows and 'candidate' of 9 rows", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, TrainerTests.Values(model));
    }

    [Fact]
    public void A_parameter_that_the_last_step_made_infinite_is_an_error_that_names_it()
    {
        // Bias correction takes this rate beyond float's largest number; with one step there is no later loss to show it.
        TwoTowerModel<int[], int[]> model = Small(9, 9);
        var trainer = new Trainer(model, new RetrievalTask<float>(), new Adam<float>(3e38));
        int steps = 0;
        ArithmeticException error = Assert.Throws<ArithmeticException>(
            () => trainer.Fit(Data(model, 5), new() { Epochs = 1, BatchSize = 5 }, new Observer(_ => steps++)));
        Assert.Equal(1, steps);
        Assert.Contains("'query.table' is no longer finite after the last step", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_epochs_than_will_ever_run_take_no_memory()
    {
        TwoTowerModel<int[], int[]> model = Small(9, 9);
        RetrievalDataset data = Data(model, 4);
        Trainer trainer = Trainer(model);
        using var source = new CancellationTokenSource();
        int steps = 0;
        var observer = new Observer(progress =>
        {
            Assert.Equal(4L * int.MaxValue, progress.TotalPairs);
            if (++steps == 6)
            {
                source.Cancel();
            }
        });
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<OperationCanceledException>(() => trainer.Fit(data, new() { Epochs = int.MaxValue, BatchSize = 2 }, observer, source.Token));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 24);
        Assert.Equal(6, steps);
    }

    private static TwoTowerModel<int[], int[]> Small(int queryRows, int candidateRows) =>
        new(new GivenIds(queryRows), new GivenIds(candidateRows), new TwoTowerOptions { Dimensions = 3, Seed = 4 });

    private static Trainer Trainer(TwoTowerModel model) => new(model, new RetrievalTask<float>(), new Adagrad<float>());

    private static RetrievalDataset Data(TwoTowerModel<int[], int[]> model, int pairs) => RetrievalDataset.Encode(
        model,
        [.. Enumerable.Range(0, pairs).Select(i => new[] { i % 8 })],
        [.. Enumerable.Range(0, pairs).Select(i => new[] { i % 8 })],
        [.. Enumerable.Range(0, pairs)]);
}
