namespace ManagedRetrieval.Features;

/// <summary>Looks for numbers that are not finite.</summary>
internal static class FiniteVector
{
    /// <exception cref="ArgumentException">A number is not finite; the message names its place.</exception>
    public static void Check(ReadOnlySpan<float> values, string argument)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"Element {i} of {argument} is {values[i]}, expected a finite number."), argument);
            }
        }
    }
}
