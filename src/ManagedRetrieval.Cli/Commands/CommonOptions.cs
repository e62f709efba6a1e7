using System.CommandLine;

namespace ManagedRetrieval.Cli.Commands;

/// <summary>Options that several commands have, with the same meaning and checks.</summary>
internal static class CommonOptions
{
    public static Option<int> Workers() => Positive(
        "--workers", "Threads to share the work; by default one for each processor. Makes no difference to any result.", _ => Environment.ProcessorCount, "COUNT", 1024);

    public static Option<int> Positive(string name, string description, Func<System.CommandLine.Parsing.ArgumentResult, int> byDefault, string unit, int maximum = int.MaxValue)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = byDefault, HelpName = unit };
        option.Validators.Add(result =>
        {
            // A value that is no integer at all is the parser's to report.
            if (!result.Errors.Any() && result.GetValueOrDefault<int>() is var value && (value < 1 || value > maximum))
            {
                result.AddError(maximum == int.MaxValue
                    ? $"{name} must be at least 1, not {value}."
                    : $"{name} must be from 1 to {maximum}, not {value}.");
            }
        });
        return option;
    }
}
