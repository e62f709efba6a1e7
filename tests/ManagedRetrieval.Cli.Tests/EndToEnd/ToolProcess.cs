using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace ManagedRetrieval.Cli.Tests.EndToEnd;

/// <summary>The tool as a process of its own.</summary>
internal sealed class ToolProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Task<string> _errors;

    private ToolProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <param name="folder">Where it runs.</param>
    /// <param name="environment">Variables to set.</param>
    /// <param name="arguments">The command line.</param>
    public static ToolProcess Start(string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(Dotnet(), [Assembly, .. arguments]);
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return Start(start, folder);
    }

    public static async Task<ToolResult> RunAsync(string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        using ToolProcess process = Start(folder, environment, arguments);
        return await process.ResultAsync();
    }

    /// <summary>Runs the tool from a shell that redirects its output.</summary>
    public static async Task<ToolResult> RunRedirectedAsync(string folder, string redirection, params string[] arguments)
    {
        var start = new ProcessStartInfo("sh", ["-c", $"exec \"$0\" \"$@\" {redirection}", Dotnet(), Assembly, .. arguments]);
        using ToolProcess process = Start(start, folder);
        return await process.ResultAsync();
    }

    /// <summary>Waits for a line of output.</summary>
    public async Task WaitForLineAsync(string start)
    {
        using var patience = new CancellationTokenSource(Patience);
        string? line;
        do
        {
            line = await _process.StandardOutput.ReadLineAsync(patience.Token);
            _output.AppendLine(line);
        }
        while (line is not null && !line.StartsWith(start, StringComparison.Ordinal));
        Assert.True(line is not null, $"No line starts with '{start}': {_output}");
    }

    /// <summary>Waits until Linux says that a thread waits for the other end of a pipe.</summary>
    public async Task WaitUntilItWaitsForAPipeAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!Directory.GetDirectories($"/proc/{_process.Id}/task").Any(thread => File.ReadAllText(Path.Combine(thread, "wchan")) == "wait_for_partner"))
        {
            await Task.Delay(20, patience.Token);
        }
    }

    /// <summary>Sends a signal as a shell would, such as INT for Ctrl-C.</summary>
    public async Task SignalAsync(string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Waits for the end.</summary>
    public async Task<ToolResult> ResultAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        _output.Append(await _process.StandardOutput.ReadToEndAsync(patience.Token));
        await _process.WaitForExitAsync(patience.Token);
        return new(_process.ExitCode, _output.ToString(), await _errors);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private static string Assembly => Path.Combine(AppContext.BaseDirectory, "managed-retrieval.dll");

    private static ToolProcess Start(ProcessStartInfo start, string folder)
    {
        start.WorkingDirectory = folder;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.StandardOutputEncoding = Encoding.UTF8;
        start.StandardErrorEncoding = Encoding.UTF8;
        return new(Process.Start(start)!);
    }

    private static string Dotnet()
    {
        string program = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        string?[] places =
        [
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH"),
            Path.GetFileName(Environment.ProcessPath) == program ? Environment.ProcessPath : null,

            // root/shared/Microsoft.NETCore.App/10.0.0/: three levels up.
            Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", program)),
        ];
        return places.First(File.Exists)!;
    }
}
