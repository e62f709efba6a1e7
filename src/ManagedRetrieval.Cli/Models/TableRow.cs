using System.Globalization;
using ManagedRetrieval.Data;

namespace ManagedRetrieval.Cli.Models;

/// <summary>The attributes of one row of a table, or of none.</summary>
/// <param name="table">The table; null where there is none.</param>
/// <param name="row">−1 for an item that the table does not have.</param>
internal sealed class TableRow(ItemTable? table, int row) : IAttributes
{
    /// <summary>Of something of which nothing is known.</summary>
    public static readonly TableRow None = new(null, -1);

    public string? Text(string name) => row < 0 ? null : table!.Texts(name)[row];

    public string? Shown(string name) => row < 0 ? null : table!.Attributes.First(attribute => attribute.Name == name).Kind switch
    {
        RowValueKind.Text => Text(name),
        RowValueKind.Number => double.IsNaN(Number(name)) ? null : Number(name).ToString(CultureInfo.InvariantCulture),
        _ => List(name).Count == 0 ? null : string.Join(", ", List(name)),
    };

    public double Number(string name) => row < 0 ? double.NaN : table!.Numbers(name)[row];

    public IReadOnlyList<string> List(string name) => row < 0 ? [] : table!.Lists(name)[row];
}
