using System.Globalization;
using System.Text;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.FuzzHost;

/// <summary>Changes values and names in a header's JSON, and in the description of a model that is a text in it.</summary>
internal static class HeaderEdits
{
    private const string Delimiters = "{}[]:,\"\\";

    // How the writer of the header writes a quotation mark in a text.
    private const string InnerQuote = "\\u0022";

    private static readonly string[] Tokens =
    [
        "0", "1", "-1", "2", "3", "7", "8", "64", "127", "255", "65536", "2147483647", "2147483648", "4294967296", "9223372036854775807", "9223372036854775808",
        "18446744073709551615", "1e3", "1e400", "-0", "0.5", "1.5", "1e-40", "NaN", "null", "true", "false", "[", "]", "{", "}", ",", ":", "\"", "\\", " ", "\0", "é", "ÿ",
        "[]", "{}", "[[[[[[[[[[", "[0,0]", "\"\\ud800\"", "\"\\u0000\"", "\"F32\"", "\"F64\"", "\"F16\"", "\"I8\"", "\"U8\"", "\"U16\"", "\"I32\"", "\"I64\"", "\"BF16\"",
        "\"dtype\"", "\"shape\"", "\"data_offsets\"", "\"__metadata__\"", "\"__metadata__\":{},", "\"xxh64_header\":\"0000000000000000\",", "\"xxh64_tensors\":\"\",",
        "\"managed_retrieval\"", "\"text\"", "\"id\"", "\"hash\"", "\"string\"", "\"int\"", "\"long\"", "\"mean\"", "\"sum\"", "\"table\":", "\"width\":", "\"feature\":null,",
    ];

    public static byte[] Edit(byte[] file, Random random)
    {
        if (!FileSeal.TryHeader(file, out int length))
        {
            return file;
        }

        string header = Encoding.Latin1.GetString(file, SafetensorsHeader.PrefixBytes, length);
        for (int edits = 1 + random.Next(2); edits > 0 && header.Length > 0; edits--)
        {
            header = Edit(header, random);
        }

        return FileSeal.WithHeader(Encoding.Latin1.GetBytes(header), file.AsSpan(SafetensorsHeader.PrefixBytes + length));
    }

    private static string Edit(string header, Random random)
    {
        int start = random.Next(header.Length), end = start;
        if (random.Next(4) == 0)
        {
            // Anywhere; the rest of the edits replaces whole values or names, so that the text mostly stays JSON.
            end = Math.Min(header.Length, start + random.Next(8));
        }
        else
        {
            while (start > 0 && !Delimiters.Contains(header[start - 1], StringComparison.Ordinal))
            {
                start--;
            }

            while (end < header.Length && !Delimiters.Contains(header[end], StringComparison.Ordinal))
            {
                end++;
            }
        }

        string replacement = Replacement(header, header[start..end], random);
        return string.Concat(header.AsSpan(0, start), IsInText(header, start) ? replacement.Replace("\"", InnerQuote, StringComparison.Ordinal) : replacement, header.AsSpan(end));
    }

    private static string Replacement(string header, string old, Random random)
    {
        if (long.TryParse(old, NumberStyles.Integer, CultureInfo.InvariantCulture, out long number) && random.Next(2) == 0)
        {
            long changed = unchecked(random.Next(6) switch { 0 => number + 1, 1 => number - 1, 2 => number * 2, 3 => number / 2, 4 => -number, _ => number ^ (1L << random.Next(63)) });
            return changed.ToString(CultureInfo.InvariantCulture);
        }

        if (random.Next(4) > 0)
        {
            return Tokens[random.Next(Tokens.Length)];
        }

        // Something that stands elsewhere in the header.
        int from = random.Next(header.Length);
        return header.Substring(from, Math.Min(random.Next(60), header.Length - from));
    }

    /// <summary>Whether a place is in the description, where quotation marks are escaped.</summary>
    private static bool IsInText(string header, int place)
    {
        const string Opening = "\"managed_retrieval\":\"";
        int start = header.IndexOf(Opening, StringComparison.Ordinal);
        return start >= 0 && place >= start + Opening.Length && place <= header.IndexOf("\"}", start + Opening.Length, StringComparison.Ordinal);
    }
}
