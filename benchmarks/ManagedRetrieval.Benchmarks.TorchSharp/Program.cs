using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using ManagedRetrieval.Benchmarks.TorchSharp;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var quick = new Option<bool>("--quick") { Description = "The same rows with fewer repetitions." };
var json = new Option<FileInfo?>("--json") { Description = "Writes the figures to a file as well." };
var only = new Option<string?>("--only") { Description = "Rows whose work begins so." };
var root = new RootCommand("Compares this library with TorchSharp.") { quick, json, only };
root.SetAction(result => Compare(result.GetValue(quick), result.GetValue(json)?.FullName, result.GetValue(only)));
return root.Parse(args).Invoke();

static void Compare(bool quick, string? file, string? only)
{
    var comparison = new Comparison(quick ? 3 : 9);
    var rows = new List<Row>();
    Console.WriteLine($"{RuntimeInformation.OSDescription}, .NET {Environment.Version}, {Environment.ProcessorCount} processors; TorchSharp {typeof(TorchSharp.torch).Assembly.GetName().Version}");
    Console.WriteLine($"{"work",-13} {"shape",-18} {"threads",7} {"ours ms",10} {"theirs ms",10} {"ratio",6} {"10 %",6} {"of ceiling",10} {"bytes",6}");
    foreach (Work work in WorkList.All().Where(work => only is null || work.Name.StartsWith(only, StringComparison.Ordinal)))
    {
        using (work)
        {
            foreach (int threads in Environment.ProcessorCount > 1 ? (int[])[1, 2] : [1])
            {
                Row row = comparison.Run(work, threads);
                rows.Add(row);
                Console.WriteLine(
                    $"{row.Work,-13} {string.Join('x', row.Shape),-18} {threads,7} {row.OursMs,10:f3} {row.PeerMs,10:f3} {row.Ratio,6:f2} {row.RatioLow,6:f2} {row.PercentOfCeiling,8:f0} % {row.AllocatedBytes,6}");
            }
        }
    }

    if (file is not null)
    {
        var options = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };
        var report = new
        {
            Machine = $"{RuntimeInformation.OSDescription}, {Environment.ProcessorCount} processors, .NET {Environment.Version}",
            CeilingGflops = comparison.Ceilings.ToDictionary(entry => entry.Key.ToString(CultureInfo.InvariantCulture), entry => entry.Value),
            Rows = rows,
        };
        string temporary = file + ".tmp";
        File.WriteAllText(temporary, JsonSerializer.Serialize(report, options) + "\n");
        File.Move(temporary, file, overwrite: true);
    }
}
