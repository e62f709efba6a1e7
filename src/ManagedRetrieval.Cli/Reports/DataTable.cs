using ManagedRetrieval.Cli.Output;

namespace ManagedRetrieval.Cli.Reports;

/// <summary>A table; the first cell of a row is its heading.</summary>
internal sealed record DataTable(string Caption, IReadOnlyList<Column> Columns, IReadOnlyList<IReadOnlyList<Cell>> Rows)
{
    /// <summary>Writes the table in a box that scrolls sideways where the page is narrow.</summary>
    public void Write(HtmlWriter html)
    {
        // What scrolls must be reachable by keyboard, and what is reachable must have a name.
        html.Open("div", ("class", "scroll"), ("role", "region"), ("tabindex", "0"), ("aria-label", Caption));
        html.Open("table").Element("caption", Caption).Open("thead").Open("tr");
        foreach (Column column in Columns)
        {
            html.Element("th", column.Title, ("scope", "col"), ("class", column.IsText ? "text" : "number"));
        }

        html.Close().Close().Open("tbody");
        foreach (IReadOnlyList<Cell> row in Rows)
        {
            html.Open("tr");
            for (int i = 0; i < row.Count; i++)
            {
                Write(html, row[i], i, Columns[i].IsText);
            }

            html.Close();
        }

        html.Close().Close().Close();
    }

    private static void Write(HtmlWriter html, Cell cell, int index, bool isText)
    {
        string kind = (isText ? "text" : "number") + (cell.IsBest ? " best" : "");
        if (index == 0)
        {
            html.Open("th", ("scope", "row"), ("class", kind));
        }
        else
        {
            html.Open("td", ("class", kind));
        }

        if (isText)
        {
            html.Data(cell.Text);
        }
        else
        {
            html.Text(cell.Text);
        }

        if (cell.Detail.Length > 0)
        {
            html.Text(" ").Element("span", cell.Detail, ("class", "detail"));
        }

        html.Close();
    }
}
