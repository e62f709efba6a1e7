using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Sampling;

namespace ManagedRetrieval.Training;

/// <summary>What a trainer keeps from one run to the next.</summary>
internal sealed class TrainerState
{
    /// <summary>The steps of all runs; decides what samplers draw and dropout drops.</summary>
    public ulong StepsDone { get; set; }

    /// <summary>The epochs of all runs, the one in progress among them; decides the order of the pairs.</summary>
    public int EpochsDone { get; set; }

    /// <summary>The candidates of past steps, and what they belong to.</summary>
    public (RetrievalDataset? Data, bool Corrected, CandidateMemory<float>? Candidates) Memory { get; set; }

    /// <summary>The corpus as hard negatives were last searched in it, [candidates, d], and the data that it is of.</summary>
    public (RetrievalDataset? Data, Tensor<float> Index) HardNegatives { get; set; }

    /// <summary>The index of the last run where it is of the same data; else the default value.</summary>
    public Tensor<float> HardNegativesFor(RetrievalDataset data) => ReferenceEquals(HardNegatives.Data, data) ? HardNegatives.Index : default;

    /// <summary>The memory of the last run where it speaks of the same rows and probabilities; else a new one.</summary>
    public CandidateMemory<float>? MemoryFor(RetrievalDataset data, TrainingOptions options, int dimensions)
    {
        if (options.MemoryCapacity == 0)
        {
            Memory = default;
        }
        else if (Memory.Candidates is not { } last || !ReferenceEquals(Memory.Data, data) || Memory.Corrected != options.CorrectSamplingBias
            || last.Capacity != options.MemoryCapacity || last.MaximumAge != options.MemoryMaximumAge)
        {
            Memory = (data, options.CorrectSamplingBias, new(options.MemoryCapacity, dimensions, options.MemoryMaximumAge));
        }

        return Memory.Candidates;
    }
}
