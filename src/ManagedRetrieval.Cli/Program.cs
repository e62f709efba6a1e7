using ManagedRetrieval.Cli;
using ManagedRetrieval.Cli.ReferenceDocs;
using Spectre.Console;

using var interruption = new Interruption();
IAnsiConsole output = AnsiConsole.Console;
IAnsiConsole errors = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
return await Tool.RunAsync(args, output, errors, ReferencePack.Find, interruption.Token);
