using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;
using ManagedRetrieval.Cli.Output;
using ManagedRetrieval.Engine;

namespace ManagedRetrieval.Cli.Commands;

/// <summary><c>--version</c>: the version, and which vector instructions are used.</summary>
internal sealed class VersionAction(Terminal terminal) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        terminal.Line(typeof(VersionAction).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion);
        terminal.Line(Hardware.Describe());
        return ExitCode.Done;
    }
}
