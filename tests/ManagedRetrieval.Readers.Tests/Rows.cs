using System.Text;
using ManagedRetrieval.Data;

namespace ManagedRetrieval.Readers.Tests;

/// <summary>Texts as files, and what is read of them.</summary>
internal static class Rows
{
    /// <summary>A file in memory that gives a few bytes at a time.</summary>
    public static FileRowSource File(string name, string text, RowSourceOptions? options = null, int mostBytes = int.MaxValue) =>
        File(name, Encoding.UTF8.GetBytes(text), options, mostBytes);

    public static FileRowSource File(string name, byte[] bytes, RowSourceOptions? options = null, int mostBytes = int.MaxValue) =>
        new(name, () => new PiecemealStream(new MemoryStream(bytes), mostBytes), options: options);

    /// <summary>Every row, each value as text; null where it is missing, the elements of a list in brackets.</summary>
    public static async Task<string?[][]> ReadAsync(RowSource source, params string[] columns)
    {
        await using RowReader reader = await source.OpenAsync(columns);
        var rows = new List<string?[]>();
        while (await reader.ReadAsync())
        {
            rows.Add([.. columns.Select((_, column) => Describe(reader, column))]);
        }

        return [.. rows];
    }

    /// <summary>As <see cref="ReadAsync"/>, for bodies that are not asynchronous.</summary>
    public static string?[][] Read(RowSource source, params string[] columns) => ReadAsync(source, columns).GetAwaiter().GetResult();

    /// <summary>Reading fails, and the message holds every one of some words.</summary>
    public static async Task<DataFormatException> RefusedAsync(RowSource source, string[] columns, params string[] words)
    {
        DataFormatException refused = await Assert.ThrowsAsync<DataFormatException>(() => ReadAsync(source, columns));
        Assert.All([source.Name, .. words], word => Assert.Contains(word, refused.Message, StringComparison.Ordinal));
        return refused;
    }

    private static string? Describe(RowReader reader, int column) => reader.GetKind(column) switch
    {
        RowValueKind.Missing => null,
        RowValueKind.List => $"[{string.Join(", ", reader.GetList(column))}]",
        _ => reader.GetText(column).ToString(),
    };
}
