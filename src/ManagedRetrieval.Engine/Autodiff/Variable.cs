using System.Numerics;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff;

/// <summary>A value on a tape: an input, a parameter, or the result of an op. It is valid until the tape is reset.</summary>
public readonly struct Variable<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Tape<T>? _tape;

    internal Variable(Tape<T> tape, int number, int step) => (_tape, Number, Step) = (tape, number, step);

    /// <summary>The tape that this value is on.</summary>
    /// <exception cref="InvalidOperationException">This is the default value.</exception>
    public Tape<T> Tape => _tape ?? throw new InvalidOperationException("The variable is the default value, not on any tape.");

    /// <summary>The value itself, in memory of the tape.</summary>
    /// <exception cref="InvalidOperationException">The tape was reset since.</exception>
    public Tensor<T> Value => Tape.Frame(this).Output;

    /// <summary>The lengths of the value's axes.</summary>
    public Shape Shape => Value.Shape;

    /// <summary>The gradient that backward left here; zeros where none arrived.</summary>
    /// <exception cref="InvalidOperationException">The tape was reset since, or this is an embedding table.</exception>
    public Tensor<T> Gradient => Tape.Frame(this).DenseGradient();

    internal bool IsDefault => _tape is null;

    internal int Number { get; }

    internal int Step { get; }
}
