using System.Text.Json;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Features;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Retrieval;

/// <summary>Writes towers to a model's description and restores them; a parameter that two towers name is made once.</summary>
internal sealed class TowerCodec(SafetensorsFile file)
{
    private static readonly string[] Combiners = ["sum", "mean", "sqrtn"];

    private readonly Dictionary<string, EmbeddingTable<float>> _tables = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Name, int Rank), DenseParameter<float>> _dense = [];

    public static void Write(Utf8JsonWriter json, EmbeddingBagTower<float> tower)
    {
        json.WriteStartObject();
        json.WriteString("type", "embedding_bag");
        json.WriteString("table", tower.Table.Name);
        json.WriteString("combiner", Combiners[(int)tower.Combiner]);
        if (tower.Linear is { } linear)
        {
            json.WriteStartObject("linear");
            json.WriteString("weights", linear.Weights.Name);
            json.WriteString("bias", linear.Bias.Name);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("linear");
        }

        json.WriteBoolean("normalize", tower.Normalize);
        json.WriteEndObject();
    }

    /// <exception cref="FormatException">The description is not one of a tower.</exception>
    /// <exception cref="SnapshotFormatException">A tensor is missing or does not fit.</exception>
    public EmbeddingBagTower<float> Read(JsonElement json, string name)
    {
        var properties = new DescriptionProperties(json, $"Tower '{name}'");
        properties.AllowOnly("type", "table", "combiner", "linear", "normalize");
        properties.GetString("type", "embedding_bag");
        EmbeddingTable<float> table = Table(properties.GetText("table"));
        var combiner = (BagCombiner)Array.IndexOf(Combiners, properties.GetString("combiner", Combiners));
        JsonElement linear = properties.GetElement("linear");
        bool normalize = properties.GetBoolean("normalize");
        return properties.Build(() => new EmbeddingBagTower<float>(
            table, combiner, linear.ValueKind == JsonValueKind.Null ? null : Linear(linear, name), normalize));
    }

    private Linear<float> Linear(JsonElement json, string name)
    {
        var properties = new DescriptionProperties(json, $"Tower '{name}', linear");
        properties.AllowOnly("weights", "bias");
        return new Linear<float>(Dense(properties.GetText("weights"), 2), Dense(properties.GetText("bias"), 1));
    }

    private EmbeddingTable<float> Table(string name)
    {
        if (!_tables.TryGetValue(name, out EmbeddingTable<float>? table))
        {
            table = new EmbeddingTable<float>(name, SnapshotTensors.Read(file, name, 2));
            _tables.Add(name, table);
        }

        return table;
    }

    private DenseParameter<float> Dense(string name, int rank)
    {
        if (!_dense.TryGetValue((name, rank), out DenseParameter<float>? parameter))
        {
            parameter = new DenseParameter<float>(name, SnapshotTensors.Read(file, name, rank));
            _dense.Add((name, rank), parameter);
        }

        return parameter;
    }
}
