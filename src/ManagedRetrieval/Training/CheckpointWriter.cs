using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.Sampling;

namespace ManagedRetrieval.Training;

/// <summary>Saves where a run stands.</summary>
/// <remarks>Tensors are written from where they are, without a copy: training waits for the file.</remarks>
internal sealed class CheckpointWriter(Trainer trainer, RetrievalDataset data, TrainingOptions options, string path)
{
    private readonly ulong _dataHash = Fingerprint.HashOf(data);

    public void Write(RunState state)
    {
        var writer = new SafetensorsWriter();
        writer.AddMetadata(CheckpointNames.FormatKey, CheckpointNames.Format);
        writer.AddMetadata(CheckpointNames.VersionKey, CheckpointNames.Version);
        foreach ((string name, string value) in Fingerprint.Of(trainer, data, options, _dataHash, trainer.Optimizer.Steps))
        {
            writer.AddMetadata(CheckpointNames.Setting + name, value);
        }

        AddState(writer, state);
        IReadOnlyList<Parameter<float>> parameters = trainer.Parameters;
        for (int i = 0; i < parameters.Count; i++)
        {
            Add(writer, CheckpointNames.Parameter + parameters[i].Name, parameters[i].Value);
            if (state.Best.Parameters is { } best)
            {
                writer.Add(CheckpointNames.Best + parameters[i].Name, best[i], Lengths(parameters[i].Value.Shape));
            }
        }

        AddOptimizer(writer, trainer.Optimizer.ExportState());
        if (trainer.State.Memory.Candidates is { } memory)
        {
            AddMemory(writer, memory);
        }

        if (!trainer.State.HardNegatives.Index.IsDefault)
        {
            Add(writer, CheckpointNames.HardNegatives, trainer.State.HardNegatives.Index);
        }

        if (state.Position > 0)
        {
            trainer.Task.AddBatchMetricsTo(writer, CheckpointNames.TaskMetrics);
        }

        writer.Write(path);
    }

    private static void Add(SafetensorsWriter writer, string name, Tensor<float> tensor) =>
        writer.Add(name, (ReadOnlyMemory<float>)tensor.Memory, Lengths(tensor.Shape));

    private static long[] Lengths(Shape shape)
    {
        long[] lengths = new long[shape.Rank];
        for (int axis = 0; axis < lengths.Length; axis++)
        {
            lengths[axis] = shape[axis];
        }

        return lengths;
    }

    private static void AddOptimizer(SafetensorsWriter writer, OptimizerState<float> state)
    {
        foreach ((string name, Tensor<float> tensor) in state.Tensors)
        {
            Add(writer, CheckpointNames.OptimizerTensor + name, tensor);
        }

        foreach ((string name, int[] counts) in state.Counts)
        {
            writer.Add(CheckpointNames.OptimizerCounts + name, counts, counts.Length);
        }
    }

    private static void AddMemory(SafetensorsWriter writer, CandidateMemory<float> memory)
    {
        CandidateMemoryBatch<float> entries = memory.Read();
        Add(writer, CheckpointNames.MemoryEmbeddings, entries.Embeddings);
        Add(writer, CheckpointNames.MemoryProbabilities, entries.Probabilities);
        writer.AddCopy(CheckpointNames.MemoryIds, entries.Ids.Ints, entries.Ids.Ints.Length);
        writer.AddCopy(CheckpointNames.MemorySteps, memory.Steps, memory.Count);
        writer.AddCopy(CheckpointNames.MemoryStep, [memory.Step]);
    }

    private void AddState(SafetensorsWriter writer, RunState state)
    {
        long[] numbers =
        [
            unchecked((long)trainer.State.StepsDone), trainer.State.EpochsDone,
            state.Steps, state.Epoch, state.Position, state.RowsAlone, state.ColumnsAlone, state.Elapsed.Ticks,
            state.Best.Epoch, state.Best.LastLook,
        ];
        double[] sums = [state.Loss, state.Weight, state.Best.Value];
        writer.Add(CheckpointNames.Numbers, numbers, numbers.Length);
        writer.Add(CheckpointNames.Sums, sums, sums.Length);
        EpochResults.AddTo(writer, CheckpointNames.Epochs, state.Results);
    }
}
