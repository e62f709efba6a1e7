namespace ManagedRetrieval.Features;

/// <summary>How a number is brought to a scale that training likes.</summary>
public sealed record NumberFeatureOptions
{
    /// <summary>What happens to a number before it is standardised.</summary>
    public NumberTransform Transform { get; init; }

    /// <summary>Results are limited to ± this many standard deviations; null for no limit. Above 0.</summary>
    public double? Clip { get; init; }

    /// <summary>Throws where no feature can be built from these options.</summary>
    internal void Check()
    {
        if (Transform is not (NumberTransform.None or NumberTransform.Log))
        {
            throw new ArgumentOutOfRangeException(nameof(Transform), Transform, "Transform must be None or Log.");
        }

        // Not "Clip <= 0": NaN must be refused too.
        if (Clip is { } clip && !(clip > 0 && clip <= float.MaxValue))
        {
            throw new ArgumentOutOfRangeException(nameof(Clip), Clip, "Clip must be above 0 and such that float holds it, or null for no limit.");
        }
    }
}
