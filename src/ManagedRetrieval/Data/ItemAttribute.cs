namespace ManagedRetrieval.Data;

/// <summary>A column of an item table: its name, and what it holds.</summary>
public sealed class ItemAttribute
{
    private ItemAttribute(string name, RowValueKind kind, char? separator)
    {
        ArgumentNullException.ThrowIfNull(name);
        (Name, Kind, Separator) = (name, kind, separator);
    }

    /// <summary>The column's name.</summary>
    public string Name { get; }

    /// <summary>What it holds.</summary>
    public RowValueKind Kind { get; }

    /// <summary>What stands between the elements of a list that is written as one text.</summary>
    public char? Separator { get; }

    /// <summary>A column of texts.</summary>
    public static ItemAttribute Text(string name) => new(name, RowValueKind.Text, null);

    /// <summary>A column of finite numbers.</summary>
    public static ItemAttribute Number(string name) => new(name, RowValueKind.Number, null);

    /// <summary>A column of lists of texts.</summary>
    /// <param name="name">The column's name.</param>
    /// <param name="separator">What stands between the elements where a list is written as one text, such as '|'; null: such a text is the one element.</param>
    public static ItemAttribute List(string name, char? separator = null) => new(name, RowValueKind.List, separator);
}
