using System.Numerics;
using ManagedRetrieval.Engine.Memory;

namespace ManagedRetrieval.Engine.Tensors;

/// <summary>Numbers in one contiguous, row-major block of memory, with a shape of one to three axes.</summary>
/// <remarks>
/// A small value that names memory, like <see cref="Memory{T}"/>: a copy shares the numbers. The only view is a range
/// of rows; a transposed operand is a flag of the matrix product.
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public readonly struct Tensor<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Makes a tensor of zeros.</summary>
    /// <exception cref="ArgumentException"><paramref name="shape"/> is the default value.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An array could not hold the elements and up to 63 bytes before them, for alignment.</exception>
    public Tensor(Shape shape)
        : this(shape, AlignedBuffer.Allocate<T>(shape.Length))
    {
    }

    /// <summary>Lays a shape over existing memory, which is shared, not copied.</summary>
    /// <exception cref="ArgumentException"><paramref name="shape"/> is the default value, or needs another number of elements than <paramref name="memory"/> has.</exception>
    public Tensor(Shape shape, Memory<T> memory)
    {
        if (shape.Rank == 0)
        {
            throw new ArgumentException("A tensor needs a shape of one to three axes.", nameof(shape));
        }

        if (memory.Length != shape.Length)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"The shape {shape} needs {shape.Length} elements, but the memory has {memory.Length}."), nameof(memory));
        }

        (Shape, Memory) = (shape, memory);
    }

    /// <summary>The lengths of the axes.</summary>
    public Shape Shape { get; }

    /// <summary>The numbers, row by row.</summary>
    public Memory<T> Memory { get; }

    /// <summary>The numbers, row by row.</summary>
    public Span<T> Span => Memory.Span;

    /// <summary>Whether this is the default value, which has no shape and no numbers.</summary>
    public bool IsDefault => Shape.Rank == 0;

    /// <summary>Makes a vector of the given numbers, copied.</summary>
    public static Tensor<T> Of(params ReadOnlySpan<T> values)
    {
        var tensor = new Tensor<T>(new Shape(values.Length));
        values.CopyTo(tensor.Span);
        return tensor;
    }

    /// <summary>Makes a matrix of the given numbers, copied row by row.</summary>
    public static Tensor<T> Of(T[,] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var tensor = new Tensor<T>(new Shape(values.GetLength(0), values.GetLength(1)));
        Span<T> span = tensor.Span;
        int i = 0;
        foreach (T value in values)
        {
            span[i++] = value;
        }

        return tensor;
    }

    /// <summary>The numbers under one index of the first axis.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public Span<T> Row(int row) => Rows(row, 1).Span;

    /// <summary>A view of consecutive rows; it shares the numbers.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rows do not all exist.</exception>
    public Tensor<T> Rows(int start, int count)
    {
        if ((uint)start > (uint)Shape.Rows || (uint)count > (uint)(Shape.Rows - start))
        {
            throw new ArgumentOutOfRangeException(
                nameof(start), FormattableString.Invariant($"Rows {start} to {start + (long)count - 1} do not lie in a tensor of shape {Shape}."));
        }

        return new Tensor<T>(Shape.WithRows(count), Memory.Slice(start * Shape.RowLength, count * Shape.RowLength));
    }

    /// <summary>Element type and shape, such as <c>Single[3, 4]</c>.</summary>
    public override string ToString() => typeof(T).Name + Shape;

    /// <summary>Copies the numbers into new memory.</summary>
    public Tensor<T> Clone()
    {
        var copy = new Tensor<T>(Shape);
        Span.CopyTo(copy.Span);
        return copy;
    }
}
