using System.Text;
using System.Text.Json;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.Retrieval;
using ManagedRetrieval.Tests.Persistence;

namespace ManagedRetrieval.Tests.Retrieval;

/// <summary>A part of a model as a file holds it: its description, and its parameters as tensors.</summary>
internal sealed class Described(string description, IReadOnlyList<Parameter<float>> parameters)
{
    public delegate TPart Reader<TPart>(JsonElement json, string subject, ParameterReader parameters);

    public string Description { get; } = description;

    public static string Write(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>Reads this description, or another one beside the same tensors.</summary>
    public TPart Read<TPart>(Reader<TPart> read, string? other = null)
    {
        var writer = new SafetensorsWriter();
        foreach (Parameter<float> parameter in parameters)
        {
            SnapshotTensors.Add(writer, parameter.Name, parameter.Value);
        }

        using var document = JsonDocument.Parse(other ?? Description);
        return read(document.RootElement, "The part", new ParameterReader(Samples.Load(Samples.Bytes(writer))));
    }

    /// <summary>Every property that is left out, doubled or unknown is reported by its name.</summary>
    public void RefusesEdits<TPart>(Reader<TPart> read)
    {
        Assert.All(DescriptionEdits.All(Description), edit => Refuses(read, edit.Description, edit.Problem));
    }

    /// <summary>The description with one text in place of another is refused with the message.</summary>
    public void RefusesChange<TPart>(Reader<TPart> read, string from, string to, string message)
    {
        Assert.Contains(from, Description, StringComparison.Ordinal);
        Refuses(read, Description.Replace(from, to, StringComparison.Ordinal), message);
    }

    private void Refuses<TPart>(Reader<TPart> read, string other, string message)
    {
        FormatException refused = Assert.Throws<FormatException>(() => Read(read, other));
        Assert.StartsWith("The part", refused.Message, StringComparison.Ordinal);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("(Parameter '", refused.Message, StringComparison.Ordinal);
    }
}
