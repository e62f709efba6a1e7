using System.Runtime.InteropServices;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Persistence;

/// <summary>Tensors of the engine in a snapshot.</summary>
internal static class SnapshotTensors
{
    /// <exception cref="ArithmeticException">A number is not finite, so that <see cref="Read"/> would refuse it.</exception>
    public static void Add(SafetensorsWriter writer, string name, Tensor<float> tensor)
    {
        Shape shape = tensor.Shape;
        long[] lengths = new long[shape.Rank];
        for (int axis = 0; axis < lengths.Length; axis++)
        {
            lengths[axis] = shape[axis];
        }

        writer.Add(name, (ReadOnlyMemory<float>)tensor.Memory, lengths);

        // After what the writer refuses at a glance, such as too large a tensor.
        int bad = FirstNotFinite(tensor.Span);
        if (bad >= 0)
        {
            throw new ArithmeticException(FormattableString.Invariant(
                $"The tensor '{name}' cannot be saved: element {bad} is {tensor.Span[bad]}, expected a finite number."));
        }
    }

    /// <exception cref="SnapshotFormatException">The tensor is missing, of another type or rank, or holds a number that is not finite.</exception>
    public static Tensor<float> Read(SafetensorsFile file, string name, int rank)
    {
        var tensor = new Tensor<float>(ShapeOf(file, name, rank));
        file.ReadFloats(name, tensor.Span);
        int bad = FirstNotFinite(tensor.Span);
        if (bad >= 0)
        {
            throw SnapshotFormatException.InTensor(
                file.Source, name, FormattableString.Invariant($"element {bad} is {tensor.Span[bad]}, expected a finite number."));
        }

        return tensor;
    }

    /// <summary>The same in place, and unchecked, where the file is mapped. It must not be written.</summary>
    /// <exception cref="SnapshotFormatException">The tensor is missing, of another type or rank, or holds a number that is not finite in a file that was loaded.</exception>
    public static Tensor<float> View(SafetensorsFile file, string name, int rank) => file.IsMapped
        ? new Tensor<float>(ShapeOf(file, name, rank), MemoryMarshal.AsMemory(file.ViewFloats(name)))
        : Read(file, name, rank);

    /// <exception cref="SnapshotFormatException">The tensor is missing or of another rank.</exception>
    private static Shape ShapeOf(SafetensorsFile file, string name, int rank)
    {
        SafetensorsInfo info = file.GetInfo(name);
        if (info.Shape.Count != rank)
        {
            throw SnapshotFormatException.InTensor(
                file.Source, name, FormattableString.Invariant($"has rank {info.Shape.Count}, expected {rank}."));
        }

        // The loader has checked that the elements are there, so each length fits an int unless another is 0.
        foreach (long length in info.Shape)
        {
            if (length > int.MaxValue)
            {
                throw SnapshotFormatException.InTensor(
                    file.Source, name, FormattableString.Invariant($"has an axis of length {length}, expected at most {int.MaxValue}."));
            }
        }

        return rank == 1 ? new Shape((int)info.Shape[0]) : new Shape((int)info.Shape[0], (int)info.Shape[1]);
    }

    /// <summary>The place of the first number that is not finite; -1 where there is none.</summary>
    private static int FirstNotFinite(ReadOnlySpan<float> values)
    {
        // Of no elements, IsFiniteAll says false.
        if (values.IsEmpty || TensorPrimitives.IsFiniteAll(values))
        {
            return -1;
        }

        int i = 0;
        while (float.IsFinite(values[i]))
        {
            i++;
        }

        return i;
    }
}
