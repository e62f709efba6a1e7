namespace ManagedRetrieval.Benchmarks.Training;

/// <summary>Prints figures as they come, and writes them to a file at the end.</summary>
internal sealed class FigureReport
{
    private readonly List<Figure> _rows = [];

    /// <summary>Prints the heading.</summary>
    public FigureReport() => Console.WriteLine(Machine.Description);

    /// <summary>Prints a figure.</summary>
    public void Add(Figure row)
    {
        _rows.Add(row);
        string verdict = row.Target is { } target ? $"  ({(row.Value <= target ? "within" : "MISSES")} the target of {target:g} {row.Unit})" : "";
        Console.WriteLine($"{row.Name,-42} {row.Value,12:f4} {row.Unit}{verdict}");
    }

    /// <summary>Keeps the figures of an epoch for the file, and prints them in one line.</summary>
    public void AddEpoch(int epoch, params ReadOnlySpan<Figure> rows)
    {
        Console.Write($"epoch {epoch,3}");
        foreach (Figure row in rows)
        {
            _rows.Add(row with { Epoch = epoch });
            Console.Write($"  {row.Name} {row.Value:f4} {row.Unit}");
        }

        Console.WriteLine();
    }

    /// <summary>Writes everything to a file, where there is one.</summary>
    /// <param name="file">Its path; null for none.</param>
    /// <param name="data">What the data looks like.</param>
    public void Close<TData>(string? file, TData data)
    {
        if (file is not null)
        {
            FigureFile.Write(file, new { Machine = Machine.Description, Data = data, Rows = _rows });
        }
    }
}
