using System.Diagnostics;
using System.Globalization;

namespace ManagedRetrieval.Benchmarks.Indexes;

/// <summary>Runs the benchmark of many rows in a process of its own, so that the memory is that of one index.</summary>
internal static class LargeProcess
{
    /// <summary>The figures of an index.</summary>
    /// <param name="number">Its place in <see cref="IndexList.Large"/>.</param>
    /// <param name="rows">The number of candidates.</param>
    /// <param name="rounds">How often a speed is measured.</param>
    public static IndexRow[] Run(int number, int rows, int rounds)
    {
        string file = Path.GetTempFileName();
        try
        {
            string program = typeof(LargeProcess).Assembly.Location;
            string[] arguments = [program, "large-index", Text(number), "--rows", Text(rows), "--rounds", Text(rounds), "--json", file];
            using var process = Process.Start("dotnet", arguments);
            process.WaitForExit();
            return process.ExitCode == 0
                ? FigureFile.Read<IndexRow[]>(file)
                : throw new InvalidOperationException($"The process of large-index {number} ended with {process.ExitCode}.");
        }
        finally
        {
            File.Delete(file);
        }

        static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
    }
}
