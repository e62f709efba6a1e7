using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Optimizers;

/// <summary>The average of one parameter.</summary>
internal sealed class AverageState<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public AverageState(Parameter<T> parameter)
    {
        Shape shape = parameter.Value.Shape;
        (Rows, Width) = shape.Rank == 1 ? (1, shape.Length) : (shape.Rows, shape.RowLength);
        Mean = new Tensor<T>(shape);
        Steps = new int[Rows];
    }

    public int Rows { get; }

    /// <summary>Elements of a row.</summary>
    public int Width { get; }

    /// <summary>The average; of a row that has no steps, anything.</summary>
    public Tensor<T> Mean { get; }

    /// <summary>For each row, how many steps its average holds.</summary>
    public int[] Steps { get; }
}
