namespace ManagedRetrieval.Cli.Reports;

/// <summary>A cell of a table.</summary>
/// <param name="Text">What it says.</param>
/// <param name="Detail">What is said behind it in smaller letters, such as an interval.</param>
/// <param name="IsBest">Whether it is the best of its column.</param>
internal readonly record struct Cell(string Text, string Detail = "", bool IsBest = false)
{
    public static implicit operator Cell(string text) => new(text);
}
