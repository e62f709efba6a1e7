using System.Diagnostics;
using System.Globalization;
using ManagedRetrieval.FuzzHost;

// Arguments: executions, seed, number of the first execution, folder for a file that fails. See tests/fuzz.sh.
const int Report = 50_000;
(int executions, int seed, int first) = (Number(0), Number(1), Number(2));
string folder = args[3];
var figures = new FuzzFigures();
var clock = Stopwatch.StartNew();
var kinds = new HashSet<string>(StringComparer.Ordinal);
int next = first, end = first + executions;
while (next < end)
{
    int count = Math.Min(Report - ((next - first) % Report), end - next);
    FuzzFailure? failure = Fuzzer.Run(seed, next, count, figures);
    next = failure is null ? next + count : failure.Number + 1;
    if (failure is not null && kinds.Add(Kind(failure.Exception)))
    {
        string path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"fuzz-{seed}-{failure.Number}-{failure.Seed}.safetensors"));
        File.WriteAllBytes(path, failure.Input);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Execution {failure.Number} of seed {seed} failed: {path}"));
        Console.WriteLine(failure.Exception);
    }
    else if (failure is null)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{first} to {next - 1}: {figures.HeadersAccepted} headers accepted, {figures.Loaded} files loaded, {figures.Used} used; {figures.AnsweredDamaged} of {figures.Damaged} answered with damaged tensors; {clock.Elapsed.TotalSeconds:f0} s"));
    }
}

return kinds.Count == 0 ? 0 : 1;

// One file of each kind of failure is enough: what is thrown, and where.
static string Kind(Exception failure) => $"{failure.GetType()} {failure.StackTrace?.Split('\n')[0]}";

int Number(int argument) => int.Parse(args[argument], CultureInfo.InvariantCulture);
