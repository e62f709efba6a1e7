using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Optimizers;

/// <summary>Measures the gradient of all parameters together and scales it down where it is too long.</summary>
/// <remarks>Squares are summed in an order that the gradients' shapes alone decide, in double.</remarks>
internal sealed class GradientClipping<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>16,384 elements take some microseconds, several times what handing a part to a worker costs.</summary>
    private const int ElementsPerPart = 1 << 14;

    private double[] _sums = [];

    /// <summary>The norm, before anything was scaled; parameters that the optimizer holds frozen do not count.</summary>
    /// <exception cref="ArithmeticException">The norm is not finite; nothing was scaled.</exception>
    public double Clip(Optimizer<T> optimizer, IReadOnlyList<Parameter<T>> parameters, double maximum, WorkerTeam workers)
    {
        double sum = 0;
        for (int i = 0; i < parameters.Count; i++)
        {
            if (optimizer.StateOf(parameters[i]).Group is not { Frozen: true })
            {
                double squares = SquaresOf(parameters[i].GradientElements, workers);
                sum += squares;
                if (!double.IsFinite(sum))
                {
                    throw new ArithmeticException(FormattableString.Invariant(
                        $"The norm of the gradient is not finite, that of '{parameters[i].Name}' being {Math.Sqrt(squares)}; nothing was moved."));
                }
            }
        }

        double norm = Math.Sqrt(sum);
        for (int i = 0; norm > maximum && i < parameters.Count; i++)
        {
            // Those of frozen parameters too, which are about to be forgotten.
            Scale(parameters[i].GradientElements, T.CreateChecked(maximum / norm), workers);
        }

        return norm;
    }

    private static void Scale(Span<T> gradient, T factor, WorkerTeam workers)
    {
        Partition blocks = Partition.BySize(gradient.Length, ElementsPerPart);
        workers.Run(new ScaleJob { Blocks = blocks, Gradient = gradient, Factor = factor }, blocks.Parts);
    }

    /// <summary>Σ g² over the elements.</summary>
    private double SquaresOf(ReadOnlySpan<T> gradient, WorkerTeam workers)
    {
        Partition blocks = Partition.BySize(gradient.Length, ElementsPerPart);
        if (_sums.Length < blocks.Parts)
        {
            // Half as many again, because the number of a table's rows differs from step to step.
            _sums = new double[blocks.Parts + (blocks.Parts / 2)];
        }

        workers.Run(new SumJob { Blocks = blocks, Gradient = gradient, Sums = _sums }, blocks.Parts);
        double sum = 0;
        foreach (double part in _sums.AsSpan(0, blocks.Parts))
        {
            sum += part;
        }

        return sum;
    }

    private ref struct SumJob : IParallelJob
    {
        public required Partition Blocks;
        public required ReadOnlySpan<T> Gradient;
        public required Span<double> Sums;

        public readonly void Run(int part)
        {
            (int start, int count) = Blocks[part];
            Sums[part] = SumOfSquares.Of(Gradient.Slice(start, count));
        }
    }

    private ref struct ScaleJob : IParallelJob
    {
        public required Partition Blocks;
        public required Span<T> Gradient;
        public required T Factor;

        public readonly void Run(int part)
        {
            (int start, int count) = Blocks[part];
            Span<T> elements = Gradient.Slice(start, count);
            TensorPrimitives.Multiply(elements, Factor, elements);
        }
    }
}
