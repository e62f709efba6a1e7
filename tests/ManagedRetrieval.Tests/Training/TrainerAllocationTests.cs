using ManagedRetrieval.Data;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.Sampling;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Tests.Training;

[Collection(AloneCollection.Name)]
public class TrainerAllocationTests
{
    private static readonly Planted Planted = new();

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(true, true, true)]
    public void A_warm_step_allocates_nothing(bool everything, bool listens, bool mines)
    {
        TwoTowerModel<int[], int[]> model = Planted.Model();
        RetrievalDataset data = Planted.Data(model, [.. Enumerable.Repeat(0.5f, 400)]);
        Trainer trainer = !everything ? Planted.Trainer(model) : new Trainer(
            model,
            new RetrievalTask<float>(new()
            {
                LearnTemperature = true,
                RemoveAccidentalHits = true,
                Symmetric = true,
                NumberOfHardNegatives = 9,
                LossMetrics = [new MeanLoss()],
            }),
            TrainerOptimizerTests.Everything(1000));
        TrainingOptions options = new() { BatchSize = 20, CorrectSamplingBias = true };
        if (everything)
        {
            options = options with { NegativeSampler = new UniformSampler(Planted.Candidates), SampledNegatives = 7, MemoryCapacity = 50 };
        }

        long steps = 0;
        if (listens)
        {
            trainer.StepCompleted += (_, step) => steps += step.Pairs;
            options = options with { Profile = true };
        }

        if (mines)
        {
            options = options with { CorrectSamplingBias = false, HardNegatives = new() { PerQuery = 2, EverySteps = 7 } };
        }

        long two = ByEpochs(2);
        long six = ByEpochs(6);

        // Four more epochs are four more results and list slots, some 95 bytes each, with a metric some 380; but 80 more steps.
        Assert.InRange(six - two, 0, 4 * (everything ? 416 : 104));

        long ByEpochs(int epochs) => Allocated.ByOneOf(
            () => trainer.Fit(data, options with { Epochs = epochs }), warmUp: 40);
    }
}
