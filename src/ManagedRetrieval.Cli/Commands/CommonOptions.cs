using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using ManagedRetrieval.Cli.Backends;

namespace ManagedRetrieval.Cli.Commands;

/// <summary>Options that several commands have, with the same meaning and checks.</summary>
internal static class CommonOptions
{
    public static Option<int> Workers() => Integer(
        "--workers", "Threads to share the work; by default one for each processor. Makes no difference to any result.", _ => Environment.ProcessorCount, "COUNT", 1, 1024);

    /// <summary>Where the large products run.</summary>
    public static Option<string?> Backend()
    {
        var option = new Option<string?>("--backend")
        {
            Description = "Where the large products run: cpu, which is the default; gpu, any device that CUDA or OpenCL offers; auto, a GPU where there is one. See docs/gpu.md.",
            HelpName = "BACKEND",
        };
        option.AcceptOnlyFromAmong(ChosenBackend.Cpu, ChosenBackend.Gpu, ChosenBackend.Auto);
        return option;
    }

    /// <summary>The number of answers that a recall speaks of.</summary>
    public static Option<int> RecallAt() => Integer("-k", "Of how many answers the recall is measured.", _ => 10, "COUNT", 1, 10_000);

    /// <summary>How many queries to measure with.</summary>
    public static Option<int> Queries() => Integer(
        "--queries", "With how many queries to measure at most: of --query-file, else users that the model knows, else candidates' ids asked as queries.", _ => 1000, "COUNT", 1, 1_000_000);

    /// <summary>Queries to measure with.</summary>
    public static Option<string?> QueryFile()
    {
        var option = new Option<string?>("--query-file") { Description = "Queries to measure with, as 'query --file' reads them; best such as are really asked.", HelpName = "FILE" };
        RequireName(option, "file");
        return option;
    }

    /// <summary>A number above 0 and up to 1, or nothing.</summary>
    public static Option<double?> OptionalShare(string name, string description, string unit) => new(name)
    {
        Description = description,
        HelpName = unit,
        CustomParser = result =>
        {
            string text = result.Tokens[^1].Value;
            if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value is > 0 and <= 1)
            {
                return value;
            }

            result.AddError($"{name} must be a number above 0 and at most 1, not '{text}'.");
            return null;
        },
    };

    /// <summary>A whole number from <paramref name="minimum"/> to <paramref name="maximum"/>, in plain digits.</summary>
    public static Option<TNumber> Integer<TNumber>(
        string name, string description, Func<ArgumentResult, TNumber> byDefault, string unit, TNumber minimum, TNumber maximum)
        where TNumber : IBinaryInteger<TNumber> =>
        new(name)
        {
            Description = description,
            DefaultValueFactory = byDefault,
            HelpName = unit,

            // The parser's own conversion throws when a validator asks for a value that is no number.
            CustomParser = result =>
            {
                string text = result.Tokens[^1].Value;
                if (TNumber.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out TNumber? value) && value >= minimum && value <= maximum)
                {
                    return value;
                }

                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} must be a whole number from {minimum} to {maximum}, not '{text}'."));
                return minimum;
            },
        };

    /// <summary>As <see cref="Integer{TNumber}"/>, but nothing by default.</summary>
    public static Option<int?> OptionalInteger(string name, string description, string unit, int minimum, int maximum) => new(name)
    {
        Description = description,
        HelpName = unit,
        CustomParser = result =>
        {
            string text = result.Tokens[^1].Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= minimum && value <= maximum)
            {
                return value;
            }

            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} must be a whole number from {minimum} to {maximum}, not '{text}'."));
            return null;
        },
    };

    /// <summary>Any whole number of 64 bits, or nothing.</summary>
    public static Option<long?> OptionalLong(string name, string description, string unit) => new(name)
    {
        Description = description,
        HelpName = unit,
        CustomParser = result =>
        {
            string text = result.Tokens[^1].Value;
            if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value))
            {
                return value;
            }

            result.AddError($"{name} must be a whole number, not '{text}'.");
            return null;
        },
    };

    /// <summary>Refuses an empty name for a file or folder.</summary>
    public static void RequireName(Option option, string kind) => option.Validators.Add(result =>
    {
        if (result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
        {
            result.AddError($"{option.Name} needs the name of a {kind}, not an empty one.");
        }
    });
}
