using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Retrieval;

/// <summary>Makes the parameters that a model's description names of the tensors of its file; one that is named twice is made once.</summary>
internal sealed class ParameterReader(SafetensorsFile file)
{
    private readonly Dictionary<string, EmbeddingTable<float>> _tables = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Name, int Rank), DenseParameter<float>> _dense = [];

    /// <exception cref="SnapshotFormatException">The tensor is missing or has another rank than 2.</exception>
    public EmbeddingTable<float> Table(string name)
    {
        if (!_tables.TryGetValue(name, out EmbeddingTable<float>? table))
        {
            table = new EmbeddingTable<float>(name, SnapshotTensors.Read(file, name, 2));
            _tables.Add(name, table);
        }

        return table;
    }

    /// <exception cref="SnapshotFormatException">The tensor is missing or has another rank.</exception>
    public DenseParameter<float> Dense(string name, int rank)
    {
        if (!_dense.TryGetValue((name, rank), out DenseParameter<float>? parameter))
        {
            parameter = new DenseParameter<float>(name, SnapshotTensors.Read(file, name, rank));
            _dense.Add((name, rank), parameter);
        }

        return parameter;
    }
}
