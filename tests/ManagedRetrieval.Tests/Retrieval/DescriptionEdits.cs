using System.Text.Json.Nodes;

namespace ManagedRetrieval.Tests.Retrieval;

/// <summary>Every way to leave out or double one property of a description, or to add an unknown one, in any of its objects.</summary>
internal static class DescriptionEdits
{
    public static IEnumerable<(string Description, string Problem)> All(string description)
    {
        JsonObject root = JsonNode.Parse(description)!.AsObject();
        foreach (JsonObject target in Objects(root))
        {
            yield return (Render(root, target, properties => [.. properties, "\"surprise\":1"]), "property 'surprise' is 1, expected no such property");
            foreach (string name in target.Select(property => property.Key))
            {
                string start = $"\"{name}\":";
                yield return (Render(root, target, properties => properties.Where(property => !property.StartsWith(start, StringComparison.Ordinal))), $"property '{name}' is missing");
                yield return (
                    Render(root, target, properties => properties.SelectMany(property => property.StartsWith(start, StringComparison.Ordinal) ? [property, property] : new[] { property })),
                    $"property '{name}' comes twice");
            }
        }
    }

    private static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        JsonObject properties => properties.SelectMany(property => Objects(property.Value)).Prepend(properties),
        JsonArray elements => elements.SelectMany(Objects),
        _ => [],
    };

    // A JsonObject cannot hold a name twice, so the text is put together by hand.
    private static string Render(JsonNode? node, JsonObject target, Func<IEnumerable<string>, IEnumerable<string>> edit)
    {
        if (node is JsonArray elements)
        {
            return "[" + string.Join(',', elements.Select(element => Render(element, target, edit))) + "]";
        }

        if (node is not JsonObject properties)
        {
            return node?.ToJsonString() ?? "null";
        }

        IEnumerable<string> parts = properties.Select(property => $"\"{property.Key}\":{Render(property.Value, target, edit)}");
        return "{" + string.Join(',', node == target ? edit(parts) : parts) + "}";
    }
}
