using System.Text;

namespace ManagedRetrieval.Cli.ReferenceDocs;

/// <summary>Readable names from the identifiers of XML documentation (C# standard, annex D.4.2).</summary>
internal static class ApiName
{
    /// <summary>The full name of a documented member, the same for all of its overloads.</summary>
    /// <remarks>
    /// Left out are the kind ("M:"), parameters, generic arity ("`1"), type arguments ("{T}") and the result type of
    /// conversions ("~System.Int32"). Constructors end in "ctor", which keeps them apart from their type; an explicit
    /// interface member is named type, interface, member: "List`1.System#Collections#ICollection#CopyTo(...)" gives
    /// "List.ICollection.CopyTo".
    /// </remarks>
    public static string OfMember(string id)
    {
        string plain = WithoutMarks(WithoutKind(id));
        return plain.Contains('#', StringComparison.Ordinal) ? WithoutHashes(plain) : plain;
    }

    /// <summary>The word by which a reference is read aloud: "M:System.IO.File.Open(System.String)" gives "Open".</summary>
    /// <remarks>A web address gives its last part, anything without dots or marks itself.</remarks>
    public static string LastPart(string reference)
    {
        if (reference.Contains("://", StringComparison.Ordinal))
        {
            return reference[(reference.TrimEnd('/').LastIndexOf('/') + 1)..].TrimEnd('/');
        }

        string name = OfMember(reference).TrimEnd('*');
        return name[(name.LastIndexOf('.') + 1)..];
    }

    private static ReadOnlySpan<char> WithoutKind(string id) => id.Length > 1 && id[1] == ':' ? id.AsSpan(2) : id;

    private static string WithoutMarks(ReadOnlySpan<char> id)
    {
        var name = new StringBuilder(id.Length);
        int depth = 0;
        for (int i = 0; i < id.Length; i++)
        {
            char unit = id[i];
            if (unit is '(' or '~')
            {
                break;
            }

            if (unit == '`')
            {
                while (i + 1 < id.Length && (id[i + 1] == '`' || char.IsAsciiDigit(id[i + 1])))
                {
                    i++;
                }

                continue;
            }

            depth += unit == '{' ? 1 : 0;
            if (depth == 0)
            {
                name.Append(unit);
            }

            depth -= unit == '}' ? 1 : 0;
        }

        return name.ToString();
    }

    // Within one part of a name '#' stands for the dots of an explicitly implemented interface; in front, for "#ctor".
    private static string WithoutHashes(string name)
    {
        string[] parts = name.Split('.');
        for (int i = 0; i < parts.Length; i++)
        {
            string[] pieces = parts[i].Split('#', StringSplitOptions.RemoveEmptyEntries);
            parts[i] = string.Join('.', pieces, Math.Max(0, pieces.Length - 2), Math.Min(2, pieces.Length));
        }

        return string.Join('.', parts);
    }
}
