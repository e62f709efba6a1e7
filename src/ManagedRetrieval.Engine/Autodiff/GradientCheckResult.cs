namespace ManagedRetrieval.Engine.Autodiff;

/// <summary>What a gradient check found at its worst place.</summary>
/// <param name="RelativeError">|analytic − numeric| over the larger of the two, or over a thousandth of the function where both are smaller; 0 where they are equal.</param>
/// <param name="Tolerance">The largest relative error that passes.</param>
/// <param name="Where">The direction or element.</param>
/// <param name="Analytic">The derivative that backward computed there.</param>
/// <param name="Numeric">The central difference there.</param>
public sealed record GradientCheckResult(double RelativeError, double Tolerance, string Where, double Analytic, double Numeric)
{
    /// <summary>Whether every derivative agrees within the tolerance.</summary>
    public bool Passed => RelativeError <= Tolerance;

    /// <summary>The finding in one line.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{(Passed ? "passed" : "failed")}: relative error {RelativeError:g3} (tolerance {Tolerance:g3}) at {Where}: analytic {Analytic:g17}, numeric {Numeric:g17}");

    /// <summary>Throws where the check failed.</summary>
    /// <exception cref="InvalidOperationException">The check failed; the message is the finding.</exception>
    public void ThrowIfFailed()
    {
        if (!Passed)
        {
            throw new InvalidOperationException("Gradient check " + this);
        }
    }
}
