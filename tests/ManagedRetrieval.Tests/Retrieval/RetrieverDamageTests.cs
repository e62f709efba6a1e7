using ManagedRetrieval.Persistence;
using ManagedRetrieval.Retrieval;

namespace ManagedRetrieval.Tests.Retrieval;

public class RetrieverDamageTests
{
    private static readonly byte[] Text = RetrieverSamples.Bytes(RetrieverSamples.Text());
    private static readonly byte[] Ids = RetrieverSamples.Bytes(RetrieverSamples.Ids());

    private static readonly string[] Tokens =
    [
        "0", "1", "-1", "3", "11", "2147483647", "2147483648", "18446744073709551615", "1e3", "1.5", "null", "true", "false", "[", "]", "{", "}", ",", ":", "\"",
        "\"text\"", "\"id\"", "\"string\"", "\"int\"", "\"long\"", "\"mean\"", "\"table\":", "\"query.table\"", "\"candidate.table\"", "\"index.embeddings\"",
        "\"query.linear.bias\"", "\"candidate.linear.weights\"", "\"\\ud800\"", "\"\\u0000\"", "\\", " ", "\0", "é", "[[[[", "\"linear\":null,", "{}",
    ];

    [Fact]
    public void Every_flipped_byte_is_noticed()
    {
        for (int position = 0; position < Text.Length; position++)
        {
            byte[] damaged = [.. Text];
            damaged[position] ^= (byte)(1 << (position % 8));
            Assert.False(Loads<string, string, string>(damaged, "fish"), $"byte {position} of {Text.Length}");
        }
    }

    [Fact]
    public void Every_truncation_is_noticed()
    {
        for (int length = 0; length < Ids.Length; length++)
        {
            Assert.False(Loads(Ids[..length], 4L), $"length {length} of {Ids.Length}");
        }

        Assert.True(Loads(Ids, 4L));
    }

    [Fact]
    public async Task A_damaged_file_is_named_by_its_path()
    {
        string path = Path.GetTempFileName();
        try
        {
            byte[] damaged = [.. Text];
            damaged[^1] ^= 1;
            foreach (byte[] bytes in new[] { damaged, Text[..^1], [] })
            {
                await File.WriteAllBytesAsync(path, bytes);
                var refused = await Assert.ThrowsAsync<SnapshotFormatException>(() => Retriever<string, string, string>.LoadAsync(path));
                Assert.Contains($"'{path}'", refused.Message, StringComparison.Ordinal);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_message_stays_short_where_the_rest_of_a_description_is_taken_for_one_literal()
    {
        // Found by the fuzzer: a mistyped false, and the reader quotes all that follows.
        byte[] bytes = RetrieverSamples.WithDescription(Text, "[fa" + string.Concat(Enumerable.Repeat("\"x\"{}", 1000)));
        var refused = Assert.Throws<SnapshotFormatException>(() => RetrieverSamples.Read<string, string, string>(bytes));
        Assert.InRange(refused.Message.Length, 50, 300);
    }

    [Fact]
    public void Edited_descriptions_of_text_models_never_give_another_exception() =>
        CheckEdits(21, Text, bytes => Loads<string, string, string>(bytes, "red fish"));

    [Fact]
    public void Edited_descriptions_of_id_models_never_give_another_exception() => CheckEdits(22, Ids, bytes => Loads(bytes, 4L));

    private static void CheckEdits(int seed, byte[] whole, Func<byte[], bool> loads)
    {
        const int Rounds = 2000;
        var random = new Random(seed);
        string description = RetrieverSamples.Description(whole);
        int loaded = 0;
        for (int round = 0; round < Rounds; round++)
        {
            string edited = description;
            for (int edits = 1 + random.Next(2); edits > 0; edits--)
            {
                edited = Edit(edited, random);
            }

            loaded += loads(RetrieverSamples.WithDescription(whole, edited)) ? 1 : 0;
        }

        // Some edits only change a seed, a flag or white space, and rightly load.
        Assert.InRange(loaded, 1, Rounds / 4);
    }

    // Half of the edits replace a whole value or name, so that the text mostly stays JSON and reaches the deeper checks.
    private static string Edit(string text, Random random)
    {
        int start = random.Next(text.Length);
        int end = Math.Min(text.Length, start + random.Next(6));
        if (random.Next(2) == 0)
        {
            while (start > 0 && !"{}:,".Contains(text[start - 1], StringComparison.Ordinal))
            {
                start--;
            }

            end = start;
            while (end < text.Length && !"{}:,".Contains(text[end], StringComparison.Ordinal))
            {
                end++;
            }
        }

        return text[..start] + Tokens[random.Next(Tokens.Length)] + text[end..];
    }

    private static bool Loads(byte[] bytes, long query) => Loads<long, int, string>(bytes, query);

    /// <summary>Loads and asks; only a refusal to load is let off.</summary>
    private static bool Loads<TQuery, TCandidate, TId>(byte[] bytes, TQuery query)
        where TId : notnull
    {
        Retriever<TQuery, TCandidate, TId> retriever;
        try
        {
            retriever = RetrieverSamples.Read<TQuery, TCandidate, TId>(bytes);
        }
        catch (SnapshotFormatException refused)
        {
            // A reader of the file has passed no parameter.
            Assert.DoesNotContain("(Parameter '", refused.Message, StringComparison.Ordinal);
            return false;
        }

        Assert.NotEmpty(retriever.Retrieve(query, 2));
        return true;
    }
}
