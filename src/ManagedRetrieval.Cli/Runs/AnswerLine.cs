using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>The answers to one query, as a line of a file.</summary>
internal sealed class AnswerLine
{
    private static readonly AnswerJson Json = new(new JsonSerializerOptions { Encoder = Encoder(), PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower });

    public required string Query { get; set; }

    /// <summary>Best first.</summary>
    public required IReadOnlyList<Answer> Answers { get; set; }

    /// <summary>The line, without its end.</summary>
    public override string ToString() => JsonSerializer.Serialize(this, Json.AnswerLine);

    /// <summary>Letters of all scripts stand as they are; what could command a terminal, or turn the direction of writing, is escaped.</summary>
    private static JavaScriptEncoder Encoder()
    {
        var settings = new TextEncoderSettings(UnicodeRanges.All);
        for (int character = 0; character <= char.MaxValue; character++)
        {
            if (char.GetUnicodeCategory((char)character) == UnicodeCategory.Format)
            {
                settings.ForbidCharacter((char)character);
            }
        }

        return JavaScriptEncoder.Create(settings);
    }

    /// <summary>One answer.</summary>
    internal sealed class Answer
    {
        public required string Id { get; set; }

        public required float Score { get; set; }
    }
}

/// <summary>The serializer of answers, made at compile time.</summary>
[JsonSerializable(typeof(AnswerLine))]
internal sealed partial class AnswerJson : JsonSerializerContext;
