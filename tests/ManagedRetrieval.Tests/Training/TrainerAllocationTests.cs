using ManagedRetrieval.Data;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Tests.Training;

[Collection(AloneCollection.Name)]
public class TrainerAllocationTests
{
    private static readonly Planted Planted = new();

    [Fact]
    public void A_warm_step_allocates_nothing()
    {
        TwoTowerModel<int[], int[]> model = Planted.Model();
        RetrievalDataset data = Planted.Data(model, [.. Enumerable.Repeat(0.5f, 400)]);
        Trainer trainer = Planted.Trainer(model);
        long two = ByEpochs(2);
        long six = ByEpochs(6);

        // Four more epochs are four more results and list slots, some 64 bytes each, but 80 more steps.
        Assert.InRange(six - two, 0, 4 * 80);

        long ByEpochs(int epochs) => Allocated.ByOneOf(
            () => trainer.Fit(data, new() { Epochs = epochs, BatchSize = 20, CorrectSamplingBias = true }), warmUp: 40);
    }
}
