using System.Globalization;
using System.Text;
using System.Text.Json;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Retrieval;

/// <summary>Which state of which model: 16 hexadecimal digits that change with all that decides an embedding.</summary>
/// <remarks>
/// XXH64 of the model's description, written without blanks, and a line for each of its tensors, by name: parameters, vocabularies and what else
/// features keep. A line has the tensor's name, type and shape and the checksum that files give it, so that a file tells its version without reading a tensor.
/// </remarks>
internal static class ModelVersion
{
    /// <summary>The version of a model in memory. One that cannot be saved, so that no file is of it, has that of its parameters alone.</summary>
    public static string Of<TQuery, TCandidate>(TwoTowerModel<TQuery, TCandidate> model)
    {
        try
        {
            var writer = new SafetensorsWriter();
            using JsonDocument description = ModelCodec.Write(model, writer);
            return Of(description.RootElement, writer);
        }
        catch (Exception refused) when (refused is NotSupportedException or ArgumentException or ArithmeticException)
        {
            var writer = new SafetensorsWriter();
            foreach (Parameter<float> parameter in model.Parameters)
            {
                writer.Add(parameter.Name, (ReadOnlyMemory<float>)parameter.Value.Memory, parameter.Value.Shape.Length);
            }

            return Hash(new StringBuilder(), model.Parameters.Select(parameter => (parameter.Name, $"{parameter.Value.Shape}", (string?)writer.ChecksumOf(parameter.Name))));
        }
    }

    /// <summary>The version of a model that was described, and whose tensors, and no others, were added.</summary>
    public static string Of(JsonElement description, SafetensorsWriter tensors) => Hash(Text(description), tensors.Contents());

    /// <summary>The version of the model in a file.</summary>
    public static string Of(JsonElement description, SafetensorsFile file) =>
        Hash(Text(description), file.Contents().Where(tensor => !tensor.Name.StartsWith(IndexCodec.Prefix, StringComparison.Ordinal)));

    private static StringBuilder Text(JsonElement description)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (string name in ModelCodec.Properties)
            {
                json.WritePropertyName(name);
                description.GetProperty(name).WriteTo(json);
            }

            json.WriteEndObject();
        }

        return new StringBuilder(Encoding.UTF8.GetString(buffer.ToArray())).Append('\n');
    }

    private static string Hash(StringBuilder text, IEnumerable<(string Name, string Kind, string? Checksum)> tensors)
    {
        foreach ((string name, string kind, string? checksum) in tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{name} {kind} {checksum}\n");
        }

        return XxHash64.Hash(Encoding.UTF8.GetBytes(text.ToString())).ToString("x16", CultureInfo.InvariantCulture);
    }
}
