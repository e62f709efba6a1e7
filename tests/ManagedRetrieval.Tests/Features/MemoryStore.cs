using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Tests.Features;

/// <summary>Where a description's lists go in tests, and the description's way to text and back.</summary>
internal sealed class MemoryStore : IFeatureStore
{
    private readonly Dictionary<string, string[]> _strings = [];

    public Dictionary<string, long[]> Integers { get; } = [];

    public Dictionary<string, double[]> Numbers { get; } = [];

    public Dictionary<string, Tensor<float>> Vectors { get; } = [];

    public IEnumerable<string> Names => [.. _strings.Keys, .. Integers.Keys, .. Numbers.Keys, .. Vectors.Keys];

    /// <summary>Describes a feature that is called "item".</summary>
    public string Write(object feature)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            FeatureCodec.Write(json, feature, "item", this);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public object Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return FeatureCodec.Read(document.RootElement, "item", this);
    }

    public void Refuses(string json, string message)
    {
        FormatException error = Assert.Throws<FormatException>(() => Read(json));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    /// <summary>Sets, adds or (null) removes one property; the name and the value are JSON text.</summary>
    public static string Change(string json, string property, string? value)
    {
        List<string> kept =
        [
            .. JsonNode.Parse(json)!.AsObject()
                .Where(p => p.Key != property).Select(p => $"\"{p.Key}\":{p.Value?.ToJsonString() ?? "null"}"),
        ];
        return $"{{{string.Join(',', value is null ? kept : [.. kept, $"\"{property}\":{value}"])}}}";
    }

    public void AddStrings(string name, IReadOnlyList<string> values) => _strings.Add(name, [.. values]);

    public IReadOnlyList<string> GetStrings(string name) => Get(_strings, name, "strings");

    public void AddIntegers(string name, ReadOnlySpan<long> values) => Integers.Add(name, values.ToArray());

    public long[] GetIntegers(string name) => Get(Integers, name, "integers");

    public void AddNumbers(string name, ReadOnlySpan<double> values) => Numbers.Add(name, values.ToArray());

    public double[] GetNumbers(string name) => Get(Numbers, name, "numbers");

    public void AddVectors(string name, Tensor<float> vectors) => Vectors.Add(name, vectors.Clone());

    public Tensor<float> GetVectors(string name) => Get(Vectors, name, "vectors");

    private static T Get<T>(Dictionary<string, T> values, string name, string kind) =>
        values.TryGetValue(name, out T? value) ? value : throw new FormatException($"No {kind} '{name}'.");
}
