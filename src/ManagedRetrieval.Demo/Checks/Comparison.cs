using System.Globalization;

namespace ManagedRetrieval.Demo.Checks;

/// <summary>Counts numbers that were compared and keeps the first that differed.</summary>
internal sealed class Comparison(string name)
{
    private int _numbers;
    private string? _wrong;

    public CheckResult Result => new(name, _numbers, _wrong);

    /// <summary>Every number must have the bits that are expected.</summary>
    public void Exactly(string what, ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Note(what, i, BitConverter.SingleToInt32Bits(expected[i]) == BitConverter.SingleToInt32Bits(actual[i]), expected[i], actual[i]);
        }
    }

    /// <summary>Every number must be as near as that, relative to magnitudes above 1.</summary>
    public void Nearly(string what, ReadOnlySpan<double> expected, ReadOnlySpan<float> actual, double tolerance)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Note(what, i, Math.Abs(expected[i] - actual[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i])), expected[i], actual[i]);
        }
    }

    private void Note(string what, int place, bool agrees, double expected, double actual)
    {
        _numbers++;
        _wrong ??= agrees ? null : string.Create(CultureInfo.InvariantCulture, $"{what}: number {place} is {actual:r}, expected {expected:r}");
    }
}
