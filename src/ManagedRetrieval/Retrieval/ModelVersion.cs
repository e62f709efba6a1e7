using System.Globalization;
using System.Text;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Retrieval;

/// <summary>Which state of which model: 16 hexadecimal digits that any change of a parameter changes.</summary>
/// <remarks>XXH64 of a line for each parameter, by name: its name, its shape and the checksum that files give it, so that a file tells it without reading a tensor.</remarks>
internal static class ModelVersion
{
    /// <summary>The version of a model in memory.</summary>
    public static string Of(IEnumerable<Parameter<float>> parameters)
    {
        var writer = new SafetensorsWriter();
        Parameter<float>[] all = [.. parameters];
        foreach (Parameter<float> parameter in all)
        {
            writer.Add(parameter.Name, (ReadOnlyMemory<float>)parameter.Value.Memory, parameter.Value.Shape.Length);
        }

        return Of(all, writer.ChecksumOf);
    }

    /// <summary>The version of a model whose parameters' checksums are known by their names.</summary>
    public static string Of(IEnumerable<Parameter<float>> parameters, Func<string, string?> checksumOf)
    {
        var lines = new StringBuilder();
        foreach (Parameter<float> parameter in parameters.OrderBy(parameter => parameter.Name, StringComparer.Ordinal))
        {
            lines.Append(CultureInfo.InvariantCulture, $"{parameter.Name} {parameter.Value.Shape} {checksumOf(parameter.Name)}\n");
        }

        return XxHash64.Hash(Encoding.UTF8.GetBytes(lines.ToString())).ToString("x16", CultureInfo.InvariantCulture);
    }
}
