using System.ComponentModel;
using System.Diagnostics;

namespace ManagedRetrieval.Tests.Persistence;

/// <summary>A test that needs Python with the package safetensors; without them <see cref="FormatTests"/> must do.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PythonFactAttribute : FactAttribute
{
    public PythonFactAttribute()
    {
        if (!Runs("import safetensors.numpy"))
        {
            Skip = "Python's safetensors is not installed.";
        }
    }

    public static ProcessStartInfo Start(params string[] arguments) =>
        new("python3", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };

    private static bool Runs(string program)
    {
        try
        {
            using Process python = Process.Start(Start("-c", program))!;
            python.WaitForExit();
            return python.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            // There is no Python.
            return false;
        }
    }
}
