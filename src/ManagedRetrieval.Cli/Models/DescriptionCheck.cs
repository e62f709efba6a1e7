using System.Globalization;

namespace ManagedRetrieval.Cli.Models;

/// <summary>Refuses values that no model can have, by the names that the user gave them.</summary>
/// <param name="source">What the description is called.</param>
/// <param name="json">Its text.</param>
/// <param name="place">Where in it the check is, such as <c>query.features[0]</c>; empty at its root.</param>
internal sealed class DescriptionCheck(string source, string json, string place = "")
{
    /// <summary>The check of a part.</summary>
    public DescriptionCheck In(string part) => new(source, json, Key(part));

    /// <param name="fits">Whether the value is possible.</param>
    /// <param name="key">What it is called.</param>
    /// <param name="came">The value.</param>
    /// <param name="expected">What would be possible, such as "at least 1".</param>
    /// <exception cref="ToolException">It is not.</exception>
    public void Require(bool fits, string key, object? came, string expected)
    {
        if (!fits)
        {
            throw new ToolException(string.Create(CultureInfo.InvariantCulture, $"'{source}', line {DescriptionLine.Of(json, Key(key))}: {Key(key)} is {came ?? "not there"}, expected {expected}."));
        }
    }

    /// <exception cref="ToolException">It is less than <paramref name="minimum"/>.</exception>
    public void AtLeast(int minimum, string key, int? came) =>
        Require(!(came < minimum), key, came, string.Create(CultureInfo.InvariantCulture, $"at least {minimum}"));

    /// <exception cref="ToolException">It is not a finite number above 0.</exception>
    public void Positive(string key, double? came) => Require(came is null or (> 0 and <= float.MaxValue), key, came, "a number above 0");

    /// <exception cref="ToolException">It is not from 0 to 1, or is 1.</exception>
    public void BelowOne(string key, double came) => Require(came is >= 0 and < 1, key, came, "from 0 to below 1");

    /// <exception cref="ToolException">It is negative or not finite.</exception>
    public void NotNegative(string key, double came) => Require(came is >= 0 and <= float.MaxValue, key, came, "0 or more");

    private string Key(string part) => place.Length == 0 ? part : $"{place}.{part}";
}
