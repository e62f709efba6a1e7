namespace ManagedRetrieval.Engine.Autodiff;

/// <summary>The first number of a pass that is not finite.</summary>
/// <param name="Source">The op, or the parameter, that it comes from.</param>
/// <param name="Frame">The number of the frame whose value or gradient holds it; −1 where it is a parameter's own.</param>
/// <param name="Rows">The rows of that value.</param>
/// <param name="Width">The length of each.</param>
/// <param name="Row">Its row.</param>
/// <param name="Column">Its place in the row.</param>
/// <param name="Value">The number.</param>
/// <param name="IsGradient">Whether it stands in a gradient.</param>
internal readonly record struct TapeFault(string Source, int Frame, int Rows, int Width, int Row, int Column, double Value, bool IsGradient)
{
    /// <summary>In a sentence without its full stop.</summary>
    /// <param name="place">What the row stands for; empty where nobody knows.</param>
    public string Describe(string place) => FormattableString.Invariant(
        $"{Source} {(Frame < 0 ? "has" : "was the first to give")} {Value}{(IsGradient ? " as a gradient" : "")}, in row {Row}{(place.Length > 0 ? $" ({place})" : "")}, column {Column}");
}
