using System.Globalization;

namespace ManagedRetrieval.Cli.Models;

/// <summary>How the weight of a user's interactions falls with their age.</summary>
internal sealed record RecencyDescription
{
    /// <summary>What weighs less than this is left out.</summary>
    public const double Least = 1e-3;

    /// <summary>The number of later interactions at which age begins to count; above 0.</summary>
    public double Scale { get; set; } = 10;

    /// <summary>How steeply weights fall beyond; above 0.</summary>
    public double Power { get; set; } = 1;

    /// <param name="age">How many interactions the user had afterwards.</param>
    public double Weight(int age) => Scale > 0 && Power > 0
        ? Math.Pow(1 + (age / Scale), -Power)
        : throw new ToolException(string.Create(CultureInfo.InvariantCulture, $"recency needs a scale and a power above 0, not {Scale} and {Power}."));
}
