using ILGPU.Runtime.OpenCL;
using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Features;
using ManagedRetrieval.Gpu.Devices;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Gpu.Tests;

/// <summary>The backend where models use it.</summary>
public sealed class GpuTrainingTests
{
    private static readonly string[] Words = ["read", "write", "open", "close", "sort", "find", "count", "join"];

    private static readonly string[] Candidates = [.. from first in Words from second in Words select $"{first}.{second}"];

    [Fact]
    public void A_step_and_an_epoch_lose_what_they_lose_on_the_processor()
    {
        using var gpu = new GpuBackend(DeviceSearch.OpenEmulated(new WorkLimits()));
        TrainingResult expected = Fit(Model(), null, epochs: 2), actual = Fit(Model(), gpu, epochs: 2);
        Assert.Equal(expected[0].Loss, actual[0].Loss, 1e-4 * expected[0].Loss);
        Assert.Equal(expected[1].Loss, actual[1].Loss, 1e-3 * expected[1].Loss);
    }

    [Fact]
    public void A_training_whose_device_is_lost_fails_and_its_model_goes_on_on_the_processor()
    {
        TwoTowerModel<string, string> model = Model();
        using var gpu = new GpuBackend(DeviceSearch.OpenEmulated(new WorkLimits()));
        int launches = 0;
        gpu.Device.Fault = action => action == DeviceAction.Launch && ++launches == 10 ? new CLException(CLError.CL_DEVICE_NOT_AVAILABLE) : null;
        Assert.Throws<GpuLostException>(() => Fit(model, gpu, epochs: 3));
        Assert.Equal(10, launches);
        TrainingResult result = Fit(model, null, epochs: 3);
        Assert.True(result[^1].Loss < result[0].Loss);
        Assert.All(model.EmbedQueries(["read.write"]).Span.ToArray(), value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void An_index_keeps_its_rows_on_the_device_from_the_first_search_on_and_finds_the_same()
    {
        TwoTowerModel<string, string> model = Model();
        using var gpu = new GpuBackend(DeviceSearch.OpenEmulated(new WorkLimits()));
        var index = new BruteForceIndex<string>(model.EmbedCandidates(Candidates), Candidates, backend: gpu);
        Assert.Equal(0, gpu.Device.BytesInUse);
        var found = new TopKResults<string>();
        var times = new DeviceTimes();
        gpu.Device.Times = times;
        index.Search(model.EmbedQueries(["sort.find"]), 3, found);
        Assert.True(gpu.Device.BytesInUse >= index.Embeddings.Shape.Length * sizeof(float));
        long first = times.BytesWritten;
        index.Search(model.EmbedQueries(["sort.find"]), 3, found);
        Assert.True(times.BytesWritten - first < first / 2, "the rows were copied again");
        var expected = new TopKResults<string>();
        new BruteForceIndex<string>(index.Embeddings, Candidates).Search(model.EmbedQueries(["sort.find"]), 3, expected);
        Assert.Equal(expected.Rows(0).ToArray(), found.Rows(0).ToArray());
    }

    [Fact]
    public void An_index_that_is_disposed_gives_its_rows_on_the_device_up_and_finds_the_same()
    {
        TwoTowerModel<string, string> model = Model();
        using var gpu = new GpuBackend(DeviceSearch.OpenEmulated(new WorkLimits()));
        var index = new BruteForceIndex<string>(model.EmbedCandidates(Candidates), Candidates, backend: gpu);
        TopKResults<string> before = new(), after = new();
        index.Search(model.EmbedQueries(["sort.find"]), 3, before);
        Assert.True(gpu.Device.BytesInUse > 0);
        index.Dispose();
        index.Dispose();
        index.Search(model.EmbedQueries(["sort.find"]), 3, after);
        Assert.Equal(0, gpu.Device.BytesInUse);
        Assert.Equal(before.Rows(0).ToArray(), after.Rows(0).ToArray());
    }

    private static TwoTowerModel<string, string> Model() => new(new TextFeature(), new TextFeature(), new TwoTowerOptions { Dimensions = 8, Linear = true, Normalize = true, Seed = 3 });

    private static TrainingResult Fit(TwoTowerModel<string, string> model, IComputeBackend<float>? backend, int epochs)
    {
        RetrievalDataset data = RetrievalDataset.Encode(model, Candidates, Candidates, [.. Enumerable.Range(0, Candidates.Length)]);
        return new Trainer(model, new RetrievalTask<float>(new() { Temperature = 0.2 }), new Adam<float>(0.02), backend: backend)
            .Fit(data, new() { Epochs = epochs, BatchSize = 32, Seed = 1 });
    }
}
