using System.Text.Json;
using System.Text.Json.Serialization;

namespace ManagedRetrieval.Benchmarks.Indexes;

/// <summary>Named numbers that an index is built or searched with, in a certain order.</summary>
[JsonConverter(typeof(Converter))]
internal sealed class Parameters(params (string Name, int Value)[] values)
{
    /// <summary>No parameters.</summary>
    public static Parameters None { get; } = new();

    /// <summary>The number of a name.</summary>
    public int this[string name] => values.Single(pair => pair.Name == name).Value;

    /// <summary>These and then those.</summary>
    public Parameters With(Parameters others) => new([.. values, .. others.AsPairs()]);

    /// <summary>As the peers' process reads them.</summary>
    public Dictionary<string, int> AsDictionary() => values.ToDictionary(pair => pair.Name, pair => pair.Value);

    /// <summary>All of them, such as <c>lists=1000 subspaces=32</c>.</summary>
    public override string ToString() => string.Join(' ', values.Select(pair => $"{pair.Name}={pair.Value}"));

    private (string Name, int Value)[] AsPairs() => values;

    private sealed class Converter : JsonConverter<Parameters>
    {
        public override Parameters Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new([.. JsonSerializer.Deserialize<Dictionary<string, int>>(ref reader, options)!.Select(pair => (pair.Key, pair.Value))]);

        public override void Write(Utf8JsonWriter writer, Parameters value, JsonSerializerOptions options) => JsonSerializer.Serialize(writer, value.AsDictionary(), options);
    }
}
