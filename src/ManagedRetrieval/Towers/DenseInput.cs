using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Towers;

/// <summary>The numbers of a dense feature as they are.</summary>
public sealed class DenseInput<T> : TowerInput<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Makes an input.</summary>
    /// <param name="feature">The name of a dense feature.</param>
    /// <param name="width">How many numbers the feature has, at least 1.</param>
    public DenseInput(string feature, int width)
        : base(feature)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        Width = width;
    }

    /// <inheritdoc/>
    public override int Width { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter<T>> Parameters => [];

    internal override (string Name, int Size, bool IsDense) Expected => (Feature, Width, true);

    internal override Variable<T> Apply(Tape<T> tape, EncodedColumn column, TowerPass pass)
    {
        DenseRows rows = Read<DenseRows>(column);
        if (rows.Width != Width)
        {
            throw new ArgumentException($"The tower's input '{Feature}' reads rows of {Width} numbers, but the batch's have {rows.Width}.", nameof(column));
        }

        Tensor<T> values = tape.Allocate(new Shape(rows.Count, rows.Width));
        TensorPrimitives.ConvertTruncating<float, T>(rows.Values.Span, values.Span);
        return tape.Constant(values);
    }
}
