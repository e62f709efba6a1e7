using System.Text;
using System.Text.Unicode;

namespace ManagedRetrieval.Persistence;

/// <summary>A list of texts as concatenated UTF-8 and offsets.</summary>
internal static class StringTensors
{
    public const string BytesSuffix = ".utf8";
    public const string OffsetsSuffix = ".offsets";

    /// <param name="name">Of the list, for messages.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="argument">What the caller's caller calls them, or what they are part of; null where no argument holds them.</param>
    /// <exception cref="ArgumentException">A text is null or not valid UTF-16, or they are too long together.</exception>
    public static (byte[] Utf8, long[] Offsets) Encode(string name, IReadOnlyList<string> texts, string? argument)
    {
        long[] offsets = new long[texts.Count + 1];
        for (int i = 0; i < texts.Count; i++)
        {
            try
            {
                offsets[i + 1] = offsets[i] + SafetensorsWriter.StrictUtf8.GetByteCount(
                    texts[i] ?? throw new ArgumentException(Problem(name, i, "is null"), argument));
            }
            catch (EncoderFallbackException failure)
            {
                throw new ArgumentException(Problem(name, i, "holds half of a surrogate pair"), argument, failure);
            }
        }

        if (offsets[^1] > Array.MaxLength)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"The texts of '{name}' need {offsets[^1]} bytes; at most {Array.MaxLength} are supported."),
                argument);
        }

        byte[] utf8 = new byte[offsets[^1]];
        for (int i = 0; i < texts.Count; i++)
        {
            SafetensorsWriter.StrictUtf8.GetBytes(texts[i], utf8.AsSpan((int)offsets[i]));
        }

        return (utf8, offsets);
    }

    public static string[] Decode(string source, string name, ReadOnlySpan<byte> utf8, ReadOnlySpan<long> offsets)
    {
        string table = name + OffsetsSuffix;
        if (offsets.IsEmpty || offsets[0] != 0 || offsets[^1] != utf8.Length)
        {
            string ends = offsets.IsEmpty ? "nothing" : FormattableString.Invariant($"{offsets[0]} to {offsets[^1]}");
            throw SnapshotFormatException.InTensor(source, table,
                FormattableString.Invariant($"offsets cover {ends}, expected 0 to the {utf8.Length} bytes of text."));
        }

        string[] texts = new string[offsets.Length - 1];
        for (int i = 0; i < texts.Length; i++)
        {
            (long begin, long end) = (offsets[i], offsets[i + 1]);
            if (begin > end || end > utf8.Length)
            {
                throw BadOffsets(source, name, i, begin, end, utf8.Length);
            }

            texts[i] = Decode(source, name, utf8[(int)begin..(int)end], i, begin);
        }

        return texts;
    }

    /// <summary>One text of the list: number <paramref name="index"/>, whose bytes begin at <paramref name="begin"/>.</summary>
    /// <exception cref="SnapshotFormatException">It is not valid UTF-8.</exception>
    public static string Decode(string source, string name, ReadOnlySpan<byte> text, int index, long begin) => Utf8.IsValid(text)
        ? Encoding.UTF8.GetString(text)
        : throw SnapshotFormatException.InTensor(source, name + BytesSuffix,
            FormattableString.Invariant($"text {index}, bytes {begin} to {begin + text.Length}, is not valid UTF-8."));

    public static SnapshotFormatException BadOffsets(string source, string name, int index, long begin, long end, int bytes) =>
        SnapshotFormatException.InTensor(source, name + OffsetsSuffix,
            FormattableString.Invariant($"text {index} runs from {begin} to {end}, expected ascending offsets up to {bytes}."));

    private static string Problem(string name, int index, string what) =>
        FormattableString.Invariant($"Text {index} of '{name}' {what}.");
}
