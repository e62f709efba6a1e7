using System.Globalization;
using ManagedRetrieval.Cli.ReferenceDocs;
using Spectre.Console;

namespace ManagedRetrieval.Cli.Tests.EndToEnd;

/// <summary>Runs the tool as a function.</summary>
internal static class InProcess
{
    public static Task<ToolResult> RunAsync(params string[] arguments) => RunAsync(NoPack, arguments);

    public static Task<ToolResult> RunAsync(Func<ReferencePackSearch> findPack, params string[] arguments) =>
        RunAsync(findPack, new StringWriter(), live: false, CancellationToken.None, arguments);

    /// <param name="culture">The name of the culture to run in, empty for the invariant one.</param>
    /// <param name="findPack">Finds the documentation.</param>
    /// <param name="arguments">The command line.</param>
    public static Task<ToolResult> RunInCultureAsync(string culture, Func<ReferencePackSearch> findPack, params string[] arguments) => Task.Run(() =>
    {
        // A culture belongs to the task and what it starts, and ends with it.
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(culture, predefinedOnly: true);
        return RunAsync(findPack, arguments);
    });

    /// <param name="findPack">Finds the documentation.</param>
    /// <param name="output">Takes the output.</param>
    /// <param name="live">Whether the output counts as a terminal that understands escape codes.</param>
    /// <param name="cancellationToken">Stands for Ctrl-C.</param>
    /// <param name="arguments">The command line.</param>
    public static async Task<ToolResult> RunAsync(
        Func<ReferencePackSearch> findPack, StringWriter output, bool live, CancellationToken cancellationToken, params string[] arguments)
    {
        using var errors = new StringWriter();
        int code = await Tool.RunAsync(arguments, Console(output, live), Console(errors, live), findPack, cancellationToken);
        return new(code, output.ToString(), errors.ToString());
    }

    public static IAnsiConsole Console(TextWriter writer, bool live) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = live ? AnsiSupport.Yes : AnsiSupport.No,
        ColorSystem = live ? ColorSystemSupport.TrueColor : ColorSystemSupport.NoColors,
        Interactive = live ? InteractionSupport.Yes : InteractionSupport.No,
        Out = new AnsiConsoleOutput(writer),
    });

    private static ReferencePackSearch NoPack() => new(null, ["here", "there"]);
}
