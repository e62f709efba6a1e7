namespace ManagedRetrieval.Features;

/// <summary>What dense features check before they write.</summary>
internal static class DenseDestination
{
    /// <exception cref="ArgumentException">The destination has another length than the feature's width.</exception>
    public static void Check(ReadOnlySpan<float> destination, int width)
    {
        if (destination.Length != width)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"destination must have a length of {width}, not {destination.Length}."), nameof(destination));
        }
    }
}
