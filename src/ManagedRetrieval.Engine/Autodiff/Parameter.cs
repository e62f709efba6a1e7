using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff;

/// <summary>A tensor that training changes: its value, and its gradient in a form of its own.</summary>
/// <remarks>Gradients add up over backward passes until <see cref="ZeroGradient"/>.</remarks>
public abstract class Parameter<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private protected Parameter(string name, Tensor<T> value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (value.IsDefault)
        {
            throw new ArgumentException("A parameter needs a tensor, not the default value.", nameof(value));
        }

        (Name, Value) = (name, value);
    }

    /// <summary>The name under which snapshots and messages know this parameter.</summary>
    public string Name { get; }

    /// <summary>The numbers themselves, shared, not copied.</summary>
    public Tensor<T> Value { get; }

    /// <summary>Forgets the gradient.</summary>
    public abstract void ZeroGradient();

    /// <summary>Adds the gradient into a dense tensor of the parameter's shape: for checks, not for training.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> has another shape.</exception>
    public abstract void AddGradientTo(Tensor<T> destination);

    /// <summary>Fills the value with numbers that are uniform in [−<paramref name="limit"/>, <paramref name="limit"/>].</summary>
    /// <param name="limit">Positive and finite.</param>
    /// <param name="seed">Together with <paramref name="stream"/> decides every number.</param>
    /// <param name="stream">Keeps the parameters of one model apart.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="limit"/> is not positive and finite.</exception>
    public void InitializeUniform(double limit, ulong seed, ulong stream)
    {
        T rounded = T.CreateChecked(limit);
        if (!(rounded > T.Zero) || !T.IsFinite(rounded))
        {
            throw new ArgumentOutOfRangeException(nameof(limit), limit, $"The limit must be positive and finite as {typeof(T).Name}.");
        }

        var random = new CounterRandom(seed, stream);
        Span<T> values = Value.Span;
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = T.CreateTruncating(limit * ((2 * random.Uniform((ulong)i)) - 1));
        }
    }

    /// <summary>The elements that the gradient holds, in whatever order it holds them.</summary>
    internal abstract Span<T> GradientElements { get; }

    private protected void CheckShape(Tensor<T> destination)
    {
        if (destination.Shape != Value.Shape)
        {
            throw new ArgumentException($"The gradient of '{Name}' has the shape {Value.Shape}, not {destination.Shape}.", nameof(destination));
        }
    }
}
