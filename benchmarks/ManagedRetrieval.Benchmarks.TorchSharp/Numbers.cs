using System.Runtime.InteropServices;
using ManagedRetrieval.Engine.Tensors;
using TorchSharp;

namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>Random numbers that both sides start from.</summary>
internal static class Numbers
{
    /// <summary>A matrix of numbers that are uniform in [−limit, limit].</summary>
    public static Tensor<float> Uniform(int rows, int columns, int seed, float limit = 0.5f)
    {
        // Bits first, then numbers from them: large operands are made many times as fast as number by number.
        var numbers = new Tensor<float>(new Shape(rows, columns));
        Span<int> bits = MemoryMarshal.Cast<float, int>(numbers.Span);
        new Random(seed).NextBytes(MemoryMarshal.AsBytes(bits));
        float unit = limit / (1u << 31);
        for (int i = 0; i < bits.Length; i++)
        {
            numbers.Span[i] = unit * bits[i];
        }

        return numbers;
    }

    /// <summary>libtorch's copy of a matrix.</summary>
    public static torch.Tensor Copy(Tensor<float> numbers)
    {
        torch.Tensor copy = torch.empty(numbers.Shape.Rows, numbers.Shape.RowLength);
        MemoryMarshal.AsBytes(numbers.Span).CopyTo(copy.bytes);
        return copy;
    }

    /// <summary>‖ours − theirs‖ / ‖theirs‖.</summary>
    public static double Difference(ReadOnlySpan<float> ours, ReadOnlySpan<float> theirs)
    {
        double difference = 0, size = 0;
        for (int i = 0; i < theirs.Length; i++)
        {
            double apart = ours[i] - theirs[i];
            difference += apart * apart;
            size += (double)theirs[i] * theirs[i];
        }

        return ours.Length == theirs.Length ? Math.Sqrt(difference / size) : double.NaN;
    }

    /// <summary>‖ours − theirs‖ / ‖theirs‖.</summary>
    public static double Difference(Tensor<float> ours, torch.Tensor theirs)
    {
        using torch.Tensor contiguous = theirs.detach().contiguous();
        return Difference(ours.Span, MemoryMarshal.Cast<byte, float>(contiguous.bytes));
    }
}
