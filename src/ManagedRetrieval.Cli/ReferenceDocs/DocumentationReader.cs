using System.Globalization;
using System.Xml;

namespace ManagedRetrieval.Cli.ReferenceDocs;

/// <summary>Reads the members and summaries of XML documentation files in one pass.</summary>
internal static class DocumentationReader
{
    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
    };

    /// <summary>Returns the documented members of the files, in the order of the files and within them.</summary>
    /// <exception cref="InvalidDataException">A file is not well-formed XML; the message names file and line.</exception>
    public static List<DocumentedMember> Read(IEnumerable<string> paths)
    {
        var members = new List<DocumentedMember>();
        foreach (string path in paths)
        {
            ReadFile(path, members);
        }

        return members;
    }

    private static void ReadFile(string path, List<DocumentedMember> members)
    {
        using FileStream stream = File.OpenRead(path);
        Read(stream, path, members);
    }

    /// <summary>Adds the documented members of one file to a list.</summary>
    /// <exception cref="InvalidDataException">It is not well-formed XML; the message names it as <paramref name="path"/>, and the line.</exception>
    public static void Read(Stream stream, string path, List<DocumentedMember> members)
    {
        using var reader = XmlReader.Create(stream, Settings);
        try
        {
            ReadMembers(reader, members);
        }
        catch (XmlException error)
        {
            // A refused document type comes without a line.
            string line = error.LineNumber > 0
                ? string.Create(CultureInfo.InvariantCulture, $", line {error.LineNumber}")
                : "";
            throw new InvalidDataException($"{path}{line}: not well-formed XML documentation: {error.Message}", error);
        }
    }

    private static void ReadMembers(XmlReader reader, List<DocumentedMember> members)
    {
        var builder = new SummaryBuilder();
        while (reader.Read())
        {
            if (reader is { NodeType: XmlNodeType.Element, Name: "member", IsEmptyElement: false }
                && reader.GetAttribute("name") is { Length: > 0 } id
                && ReadMember(reader, builder) is { } summary)
            {
                members.Add(new(id, summary));
            }
        }
    }

    // Leaves the reader on the member's end; of several summaries the first with text counts.
    private static SummaryText? ReadMember(XmlReader reader, SummaryBuilder builder)
    {
        SummaryText? summary = null;
        int depth = reader.Depth;
        while (reader.Read() && reader.Depth > depth)
        {
            if (summary is null
                && reader.Depth == depth + 1
                && reader is { NodeType: XmlNodeType.Element, Name: "summary", IsEmptyElement: false })
            {
                ReadSummary(reader, builder);
                SummaryText found = builder.Take();
                summary = found.Text.Length > 0 ? found : null;
            }
        }

        return summary;
    }

    // Leaves the reader on the summary's end.
    private static void ReadSummary(XmlReader reader, SummaryBuilder builder)
    {
        int depth = reader.Depth;
        int referenceDepth = -1;
        string fallback = "";
        while (reader.Read() && reader.Depth > depth)
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Text:
                case XmlNodeType.CDATA:
                case XmlNodeType.Whitespace:
                case XmlNodeType.SignificantWhitespace:
                    builder.Append(reader.Value);
                    break;
                case XmlNodeType.Element when IsBlock(reader.Name):
                case XmlNodeType.EndElement when IsBlock(reader.Name):
                    builder.Append(" ");
                    break;
                case XmlNodeType.Element when referenceDepth < 0 && IsReference(reader):
                    fallback = Target(reader);
                    builder.BeginReference();
                    if (reader.IsEmptyElement)
                    {
                        builder.EndReference(fallback);
                    }
                    else
                    {
                        referenceDepth = reader.Depth;
                    }

                    break;
                case XmlNodeType.EndElement when reader.Depth == referenceDepth:
                    builder.EndReference(fallback);
                    referenceDepth = -1;
                    break;
            }
        }
    }

    private static bool IsBlock(string element) =>
        element is "para" or "p" or "br" or "list" or "listheader" or "item" or "term" or "description";

    // The pack's documentation also writes parameters as <code data-dev-comment-type="paramref">.
    private static bool IsReference(XmlReader reader) =>
        reader.Name is "see" or "seealso" or "paramref" or "typeparamref" or "xref"
        || (reader.Name == "code" && reader.GetAttribute("data-dev-comment-type") is not null);

    private static string Target(XmlReader reader)
    {
        string? target = reader.GetAttribute("cref")
            ?? reader.GetAttribute("langword")
            ?? reader.GetAttribute("href")
            ?? reader.GetAttribute("name")
            ?? reader.GetAttribute("uid");
        return target is null ? "" : ApiName.LastPart(target);
    }
}
