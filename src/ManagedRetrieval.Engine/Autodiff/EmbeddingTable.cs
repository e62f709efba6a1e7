using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff;

/// <summary>A table of embedding rows, of which a step touches few: its gradient is sparse.</summary>
public sealed class EmbeddingTable<T> : Parameter<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Makes a table over <paramref name="value"/> [rows, dimensions], which is shared, not copied.</summary>
    /// <exception cref="ArgumentException"><paramref name="value"/> is not of rank 2.</exception>
    public EmbeddingTable(string name, Tensor<T> value)
        : base(name, value)
    {
        if (value.Shape.Rank != 2)
        {
            throw new ArgumentException($"An embedding table has the shape [rows, dimensions], not {value.Shape}.", nameof(value));
        }

        Gradient = new RowGradient<T>(value.Shape);
    }

    /// <summary>The gradient of the rows that were looked up.</summary>
    public RowGradient<T> Gradient { get; }

    /// <inheritdoc/>
    public override void ZeroGradient() => Gradient.Clear();

    /// <inheritdoc/>
    internal override Span<T> GradientElements => Gradient.Values.Span;

    /// <inheritdoc/>
    public override void AddGradientTo(Tensor<T> destination)
    {
        CheckShape(destination);
        ReadOnlySpan<int> rows = Gradient.Rows;
        for (int i = 0; i < rows.Length; i++)
        {
            Span<T> row = Rows.Of(destination.Span, destination.Shape.RowLength, rows[i]);
            TensorPrimitives.Add(row, Gradient.Values.Row(i), row);
        }
    }
}
