using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using ManagedRetrieval.StepHost;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Training;

/// <summary>A training loop in a process of its own, where nobody else allocates.</summary>
internal static class StepProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>What each window of steps allocated, in bytes.</summary>
    public static Task<long[]> AllocatedAsync(StepKind kind) =>
        AllocatedAsync(kind.Bags ? "bags" : "lookups", kind.Options ? "options" : "plain", kind.Adam ? "adam" : "adagrad");

    /// <summary>The same of a trainer, whose model reads several features and a history.</summary>
    public static Task<long[]> AllocatedAsync(HistoryKind history) => AllocatedAsync("trainer", history.ToString());

    private static async Task<long[]> AllocatedAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Dotnet(), [Path.Combine(AppContext.BaseDirectory, "ManagedRetrieval.StepHost.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            Task<string> errors = process.StandardError.ReadToEndAsync(patience.Token);
            string output = await process.StandardOutput.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            Assert.True(process.ExitCode == 0, $"The loop ended with {process.ExitCode}: {output}{await errors}");
            return [.. output.Split(' ').Select(bytes => long.Parse(bytes, CultureInfo.InvariantCulture))];
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    private static string Dotnet()
    {
        string program = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";

        // root/shared/Microsoft.NETCore.App/10.0.0/: three levels up.
        string own = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", program));
        return File.Exists(own) ? own : program;
    }
}
