namespace ManagedRetrieval.Cli.Tests.EndToEnd;

/// <summary>A test that sends signals by the program "kill" and is skipped where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LinuxTheoryAttribute : TheoryAttribute
{
    public LinuxTheoryAttribute()
    {
        if (!OperatingSystem.IsLinux())
        {
            Skip = "Signals are sent as Linux does.";
        }
    }
}
