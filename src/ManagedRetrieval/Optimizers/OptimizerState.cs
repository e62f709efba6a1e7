using System.Numerics;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Optimizers;

/// <summary>All that an optimizer keeps from step to step, by name: tensors of numbers, and counts of steps.</summary>
/// <remarks>
/// What belongs to a parameter is named <c>parameter/what</c>; <c>steps</c> and <c>average_steps</c> stand alone. Both kinds
/// have types that a safetensors file knows.
/// </remarks>
internal sealed class OptimizerState<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly SortedDictionary<string, Tensor<T>> _tensors = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int[]> _counts = new(StringComparer.Ordinal);

    /// <summary>In the order of the names.</summary>
    public IReadOnlyDictionary<string, Tensor<T>> Tensors => _tensors;

    /// <summary>In the order of the names.</summary>
    public IReadOnlyDictionary<string, int[]> Counts => _counts;

    /// <exception cref="ArgumentException">There is a tensor of this name.</exception>
    public void AddTensor(string name, Tensor<T> tensor) => _tensors.Add(name, tensor);

    /// <exception cref="ArgumentException">There are counts of this name.</exception>
    public void AddCounts(string name, int[] counts) => _counts.Add(name, counts);

    public bool HasCounts(string name) => _counts.ContainsKey(name);

    /// <summary>The same tensors and counts, shared, in lists of its own.</summary>
    public OptimizerState<T> Copy()
    {
        var copy = new OptimizerState<T>();
        foreach ((string name, Tensor<T> tensor) in _tensors)
        {
            copy.AddTensor(name, tensor);
        }

        foreach ((string name, int[] counts) in _counts)
        {
            copy.AddCounts(name, counts);
        }

        return copy;
    }

    /// <summary>Copies a tensor's numbers and takes it off the list.</summary>
    /// <exception cref="ArgumentException">It is missing or has another shape.</exception>
    public void TakeTensor(string name, Tensor<T> destination)
    {
        if (!_tensors.Remove(name, out Tensor<T> tensor))
        {
            throw new ArgumentException($"The state must hold the tensor '{name}', but does not.");
        }

        if (tensor.Shape != destination.Shape)
        {
            throw new ArgumentException($"The tensor '{name}' must have the shape {destination.Shape}, not {tensor.Shape}.");
        }

        tensor.Span.CopyTo(destination.Span);
    }

    /// <summary>A copy of counts, which are taken off the list.</summary>
    /// <exception cref="ArgumentException">They are missing, of another number, or negative.</exception>
    public int[] TakeCounts(string name, int length)
    {
        if (!_counts.Remove(name, out int[]? counts))
        {
            throw new ArgumentException($"The state must hold the counts '{name}', but does not.");
        }

        return counts.Length == length && counts.All(count => count >= 0)
            ? [.. counts]
            : throw new ArgumentException($"The counts '{name}' must be {length}, none of them negative.");
    }

    /// <exception cref="ArgumentException">Something was not taken.</exception>
    public void RequireEmpty()
    {
        if (_tensors.Keys.Concat(_counts.Keys).FirstOrDefault() is { } name)
        {
            throw new ArgumentException($"The state holds '{name}', which belongs to nothing here.");
        }
    }
}
