using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Sampling;

/// <content>What a checkpoint holds.</content>
public sealed partial class CandidateMemory<T>
{
    /// <summary>The steps so far.</summary>
    internal long Step => _step;

    /// <summary>The step in which each entry was added, the oldest first.</summary>
    internal ReadOnlySpan<long> Steps => _steps.AsSpan(_start, Count);

    /// <summary>Fills an empty memory with what another one of the same size held.</summary>
    /// <param name="embeddings">[n, d].</param>
    /// <param name="ids">n ids.</param>
    /// <param name="probabilities">n sampling probabilities.</param>
    /// <param name="steps">The step of each entry, ascending.</param>
    /// <param name="step">The steps so far.</param>
    /// <exception cref="ArgumentException">The lengths differ, there are more entries than there is room for, or the steps do not ascend to <paramref name="step"/>.</exception>
    internal void Restore(Tensor<T> embeddings, CandidateIds ids, ReadOnlySpan<T> probabilities, ReadOnlySpan<long> steps, long step)
    {
        Check(embeddings.Shape, ids, probabilities);
        bool ascending = step >= 0 && (steps.IsEmpty || (steps[0] >= 1 && steps[^1] <= step));
        for (int i = 1; i < steps.Length; i++)
        {
            ascending &= steps[i] >= steps[i - 1];
        }

        if (steps.Length != probabilities.Length || steps.Length > Capacity || !ascending)
        {
            throw new ArgumentException($"steps must be at most {Capacity} numbers, one for each of the {probabilities.Length} entries, that ascend from 1 to {step}.", nameof(steps));
        }

        embeddings.Span.CopyTo(_embeddings.Span);
        probabilities.CopyTo(_probabilities.Span);
        steps.CopyTo(_steps);
        if (ids.Count > 0)
        {
            _ids.Write(ids, 0, 0);
        }

        (_start, Count, _step) = (0, steps.Length, step);
    }
}
