namespace ManagedRetrieval.Engine.Autodiff;

/// <summary>The first number of a pass that is not finite.</summary>
internal readonly struct TapeFault
{
    /// <summary>The op, or the parameter, that it comes from.</summary>
    public required string Source { get; init; }

    /// <summary>The number of the frame whose value or gradient holds it; −1 where it is a parameter's own.</summary>
    public required int Frame { get; init; }

    /// <summary>The rows of that value.</summary>
    public required int Rows { get; init; }

    /// <summary>The length of each.</summary>
    public required int Width { get; init; }

    /// <summary>Its row.</summary>
    public required int Row { get; init; }

    /// <summary>Its place in the row.</summary>
    public required int Column { get; init; }

    /// <summary>The number.</summary>
    public required double Value { get; init; }

    /// <summary>Whether it stands in a gradient.</summary>
    public required bool IsGradient { get; init; }

    /// <summary>In a sentence without its full stop.</summary>
    /// <param name="place">What the row stands for; empty where nobody knows.</param>
    public string Describe(string place) => FormattableString.Invariant(
        $"{Source} {(Frame < 0 ? "has" : "was the first to give")} {Value}{(IsGradient ? " as a gradient" : "")}, in row {Row}{(place.Length > 0 ? $" ({place})" : "")}, column {Column}");
}
