using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ManagedRetrieval.Cli.Models;

/// <summary>Finds the lines of a description's keys. The serializer knows only how far it has read, which may be the end.</summary>
internal static class DescriptionLine
{
    /// <summary>Finds a key or an element, or what is nearest to holding it.</summary>
    /// <param name="json">The whole text.</param>
    /// <param name="path">Such as <c>query.features[0].from</c>.</param>
    /// <returns>Its line, from 1.</returns>
    public static int Of(string json, string path)
    {
        byte[] text = Encoding.UTF8.GetBytes(json);
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        var open = new Stack<(string Place, bool IsList, int Next)>();
        string place = "";
        (int length, long position) = (-1, 0);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
                {
                    open.Pop();
                    continue;
                }

                if (reader.TokenType == JsonTokenType.PropertyName)
                {
                    string parent = open.Peek().Place, name = reader.GetString()!;
                    place = parent.Length == 0 ? name : $"{parent}.{name}";
                }
                else if (open.TryPeek(out (string Place, bool IsList, int Next) list) && list.IsList)
                {
                    open.Pop();
                    open.Push(list with { Next = list.Next + 1 });
                    place = string.Create(CultureInfo.InvariantCulture, $"{list.Place}[{list.Next}]");
                }

                if (place.Length > length && Holds(place, path))
                {
                    (length, position) = (place.Length, reader.TokenStartIndex);
                }

                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                {
                    open.Push((place, reader.TokenType == JsonTokenType.StartArray, 0));
                }
            }
        }
        catch (JsonException)
        {
            // What was looked for stands before what is no JSON.
        }

        return 1 + text.AsSpan(0, (int)position).Count((byte)'\n');
    }

    private static bool Holds(string place, string path) =>
        path.StartsWith(place, StringComparison.Ordinal) && (place.Length == 0 || path.Length == place.Length || path[place.Length] is '.' or '[');
}
