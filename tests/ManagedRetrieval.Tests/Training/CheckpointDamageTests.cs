using ManagedRetrieval.Data;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Tests.Towers;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Tests.Training;

/// <summary>Checkpoints that are no longer, or never were, what was saved.</summary>
public sealed class CheckpointDamageTests : IDisposable
{
    private static readonly TrainingOptions Options = new()
    {
        Epochs = 2,
        BatchSize = 2,
        MemoryCapacity = 3,
        Validation = new() { Evaluate = _ => new Dictionary<string, double> { ["metric"] = 1 }, Metric = "metric" },
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("damage-").FullName;

    private string File => Path.Combine(_folder, "run.checkpoint");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_file_cut_at_any_byte_is_refused()
    {
        Save();
        using FileStream stream = new(File, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, 1);
        for (long length = stream.Length - 1; length >= 0; length--)
        {
            stream.SetLength(length);
            Refused();
        }
    }

    [Fact]
    public void A_file_with_any_byte_flipped_is_refused()
    {
        Save();
        var draw = new Draw(5, 8);
        using FileStream stream = new(File, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, 1);
        for (long at = 0; at < stream.Length; at++)
        {
            byte value = Swap(at, (byte)(1 << draw.Below(8)));
            Refused();
            Swap(at, (byte)(value ^ ByteAt(at)));
        }

        TrainingCheckpoint.Load(File);

        byte ByteAt(long at)
        {
            stream.Position = at;
            return (byte)stream.ReadByte();
        }

        byte Swap(long at, byte mask)
        {
            byte value = ByteAt(at);
            stream.Position = at;
            stream.WriteByte((byte)(value ^ mask));
            stream.Flush();
            return value;
        }
    }

    [Fact]
    public async Task A_file_of_another_kind_is_no_checkpoint()
    {
        var writer = new SafetensorsWriter();
        writer.AddCopy("x", [1f]);
        writer.Write(File);
        Refusal.Of<SnapshotFormatException>(() => TrainingCheckpoint.Load(File), File, "is no training checkpoint");
        await Assert.ThrowsAsync<SnapshotFormatException>(() => TrainingCheckpoint.LoadAsync(File));
        Rewrite(_ => true, version: "2");
        Refusal.Of<SnapshotFormatException>(() => TrainingCheckpoint.Load(File), "version 2, expected 1");
    }

    [Fact]
    public void A_whole_file_that_lacks_any_tensor_is_refused_and_nothing_is_changed()
    {
        Save();
        string[] names = [.. SafetensorsFile.Load(File).Tensors.Select(tensor => tensor.Name)];
        Assert.InRange(names.Length, 20, 100);
        foreach (string name in names)
        {
            Save();
            Rewrite(other => other != name, version: "1");
            (TwoTowerModel<int[], int[]> model, Trainer trainer, RetrievalDataset data, Optimizer<float> optimizer) = Make();
            float[] before = TrainerTests.Values(model);
            Assert.True(
                Record.Exception(() => trainer.Resume(TrainingCheckpoint.Load(File), data, Options)) is SnapshotFormatException, $"without {name} it was not refused");
            Assert.Equal(before, TrainerTests.Values(model));
            Assert.Equal(0, optimizer.Steps);
        }
    }

    [Fact]
    public void A_checkpoint_stays_when_the_next_one_cannot_be_saved()
    {
        (TwoTowerModel<int[], int[]> model, Trainer trainer, RetrievalDataset data, _) = Make();
        byte[] first = [];
        trainer.CheckpointSaved += (_, _) => first = System.IO.File.ReadAllBytes(File);
        trainer.StepCompleted += (_, step) =>
        {
            if (step.Step == 4)
            {
                model.QueryTower.Table.Value.Span[0] = float.NaN;
            }
        };
        ArithmeticException error = Assert.Throws<ArithmeticException>(
            () => trainer.Fit(data, Options with { Epochs = 9, Validation = null, Checkpoint = new() { Path = File, EverySteps = 2 } }));
        Assert.Contains("'query.table' is no longer finite", error.Message, StringComparison.Ordinal);
        Assert.Equal(first, System.IO.File.ReadAllBytes(File));
        Assert.Equal(3, TrainingCheckpoint.Load(File).Steps);
        Assert.Equal([File], Directory.GetFiles(_folder));
    }

    private static (TwoTowerModel<int[], int[]> Model, Trainer Trainer, RetrievalDataset Data, Optimizer<float> Optimizer) Make()
    {
        var model = new TwoTowerModel<int[], int[]>(new GivenIds(4), new GivenIds(4), new TwoTowerOptions { Dimensions = 2, Seed = 4 });
        var optimizer = new Adam<float> { Average = WeightAverage<float>.Plain() };
        var task = new RetrievalTask<float>(new() { LearnTemperature = true, LossMetrics = [new MeanLoss()], BatchMetrics = [RankMetric.MeanRank] });
        int[][] ids = [[0], [1], [2], [3], [0, 1], [2, 3]];
        return (model, new Trainer(model, task, optimizer), RetrievalDataset.Encode(model, ids, ids, [0, 1, 2, 3, 4, 5]), optimizer);
    }

    /// <summary>Saves a checkpoint in the middle of the second epoch.</summary>
    private void Save()
    {
        (_, Trainer trainer, RetrievalDataset data, _) = Make();
        trainer.Fit(data, Options with { Checkpoint = new() { Path = File, EverySteps = 5, EveryEpochs = null } });
        Assert.True(TrainingCheckpoint.Load(File).IsWithinEpoch);
    }

    private void Refused() => Assert.Throws<SnapshotFormatException>(() => TrainingCheckpoint.Load(File));

    /// <summary>Writes some of the tensors anew, with checksums that are right.</summary>
    private void Rewrite(Func<string, bool> keep, string version)
    {
        Save();
        var file = SafetensorsFile.Load(File);
        var writer = new SafetensorsWriter();
        foreach ((string key, string value) in file.Metadata)
        {
            writer.AddMetadata(key, key == "version" ? version : value);
        }

        foreach (SafetensorsInfo tensor in file.Tensors.Where(tensor => keep(tensor.Name)))
        {
            long[] shape = [.. tensor.Shape];
            switch (tensor.Type)
            {
                case SafetensorsType.F32:
                    writer.Add(tensor.Name, file.GetFloats(tensor.Name), shape);
                    break;
                case SafetensorsType.F64:
                    writer.Add(tensor.Name, file.GetDoubles(tensor.Name), shape);
                    break;
                case SafetensorsType.I32:
                    writer.Add(tensor.Name, file.GetInts(tensor.Name), shape);
                    break;
                case SafetensorsType.I64:
                    writer.Add(tensor.Name, file.GetLongs(tensor.Name), shape);
                    break;
                default:
                    writer.Add(tensor.Name, file.GetBytes(tensor.Name), shape);
                    break;
            }
        }

        writer.Write(File);
    }
}
