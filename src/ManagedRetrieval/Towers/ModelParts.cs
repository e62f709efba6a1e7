using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Towers;

/// <summary>What the two towers of a new model have in common while they are made: its size, its seed, and the tables that features may share.</summary>
/// <remarks>A parameter's first values are decided by the seed and its name, so that adding a feature changes nothing of the others.</remarks>
internal sealed class ModelParts(int dimensions, double scale, ulong seed)
{
    private readonly Dictionary<string, EmbeddingTable<float>> _tables = new(StringComparer.Ordinal);

    public int Dimensions => dimensions;

    public ulong Seed => seed;

    public static ulong Stream(string name) => StableHash.Of(name);

    /// <exception cref="InvalidOperationException">The table is there in another shape.</exception>
    public EmbeddingTable<float> Table(string name, int rows, int? width)
    {
        int columns = width ?? dimensions;
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1, nameof(EmbeddingOptions.Dimensions));
        var shape = new Shape(rows, columns);
        if (!_tables.TryGetValue(name, out EmbeddingTable<float>? table))
        {
            table = new EmbeddingTable<float>(name, new Tensor<float>(shape));
            table.InitializeUniform(scale, seed, Stream(name));
            _tables.Add(name, table);
        }

        return table.Value.Shape == shape ? table : throw new InvalidOperationException(FormattableString.Invariant(
            $"The table '{name}' is shared by features that need {table.Value.Shape} and {shape}; they must address the same number of rows, with equal dimensions."));
    }

    /// <summary>New weights of a table's ids, 1 each.</summary>
    public static EmbeddingTable<float> Weights(string name, int rows)
    {
        var weights = new EmbeddingTable<float>(name, new Tensor<float>(new Shape(rows, 1)));
        weights.Value.Span.Fill(1);
        return weights;
    }
}
