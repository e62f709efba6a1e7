namespace ManagedRetrieval.Features;

/// <summary>A number, standardised by mean and standard deviation of the training values, and whether it is missing.</summary>
/// <remarks>
/// <para>
/// Two numbers: (t(x) − <see cref="Mean"/>) / <see cref="Deviation"/>, with t the transform, limited to ±Clip, and 0;
/// for NaN, a missing number, 0 (the mean) and 1. Where the deviation is 0, as of a constant column, every number gives
/// 0. All is computed in double and rounded to float once, at the end.
/// </para>
/// <para>
/// A number whose result float cannot hold, such as an infinite one, is refused, unless a clip limits it. Immutable and
/// safe for several threads.
/// </para>
/// </remarks>
public sealed class NumberFeature : IDenseFeature<double>
{
    /// <summary>A feature with a given mean and deviation of the transformed numbers: 0 and 1 to standardise nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Mean or deviation is not finite, or the deviation negative, or an option is out of its range.</exception>
    public NumberFeature(double mean, double deviation, NumberFeatureOptions? options = null)
    {
        if (!double.IsFinite(mean))
        {
            throw new ArgumentOutOfRangeException(nameof(mean), mean, "The mean must be finite.");
        }

        if (!double.IsFinite(deviation) || deviation < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(deviation), deviation, "The deviation must be finite and not negative.");
        }

        Options = options ?? new NumberFeatureOptions();
        Options.Check();
        (Mean, Deviation) = (mean, deviation);
    }

    /// <summary>What is subtracted.</summary>
    public double Mean { get; }

    /// <summary>What is divided by; 0 for a constant column.</summary>
    public double Deviation { get; }

    /// <summary>What the feature was made with.</summary>
    public NumberFeatureOptions Options { get; }

    /// <summary>2: the number, and whether it is missing.</summary>
    public int Width => 2;

    /// <summary>A feature with mean and population standard deviation of the transformed training values.</summary>
    /// <remarks>
    /// One pass in double (Welford, Technometrics 1962): no sum of squares cancels where the mean is large. The order of the
    /// values moves the last digits. Numbers so near to one another that the squares of their differences are below what
    /// double holds (differences below 1e-162 or so) count as equal.
    /// </remarks>
    /// <param name="values">The training values; NaN, a missing one, is passed over.</param>
    /// <param name="options">Transform and clip; null for neither.</param>
    /// <exception cref="ArgumentException">
    /// There is no value but NaN, or an infinite one, or they are so large that double cannot hold their mean and variance.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static NumberFeature Fit(IEnumerable<double> values, NumberFeatureOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        options ??= new NumberFeatureOptions();
        options.Check();
        long count = 0;
        long position = 0;
        double mean = 0;
        double squares = 0;
        foreach (double value in values)
        {
            if (double.IsInfinity(value))
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"Value {position} is {value}, expected a finite number, or NaN for a missing one."), nameof(values));
            }

            position++;
            if (!double.IsNaN(value))
            {
                double transformed = Transformed(value, options.Transform);
                double difference = transformed - mean;
                mean += difference / ++count;
                squares += difference * (transformed - mean);
            }
        }

        if (count == 0)
        {
            throw new ArgumentException("values must hold at least one number that is not NaN.", nameof(values));
        }

        double deviation = Math.Sqrt(squares / count);
        return double.IsFinite(mean) && double.IsFinite(deviation)
            ? new NumberFeature(mean, deviation, options)
            : throw new ArgumentException("The values are so large that double cannot hold their variance; Transform = Log can take them.", nameof(values));
    }

    /// <summary>Writes the two numbers of <paramref name="input"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Float cannot hold the result, and there is no clip.</exception>
    /// <inheritdoc/>
    public void Encode(double input, Span<float> destination)
    {
        DenseDestination.Check(destination, Width);
        bool missing = double.IsNaN(input);
        destination[0] = missing || Deviation == 0 ? 0 : Standardized(input);
        destination[1] = missing ? 1 : 0;
    }

    private float Standardized(double input)
    {
        // Never NaN: mean and deviation are finite, and the deviation is not 0.
        double result = (Transformed(input, Options.Transform) - Mean) / Deviation;
        if (Options.Clip is { } clip)
        {
            result = Math.Clamp(result, -clip, clip);
        }

        return float.IsFinite((float)result)
            ? (float)result
            : throw new ArgumentOutOfRangeException(nameof(input), input, "Float cannot hold the standardised number, and Clip sets no limit.");
    }

    private static double Transformed(double value, NumberTransform transform)
    {
        if (transform == NumberTransform.None)
        {
            return value;
        }

        double size = Math.Abs(value);
        double sum = 1 + size;

        // Kahan's correction: ln(sum) is off by what the addition rounded away, and sum - 1 by the same.
        double log = sum == 1 ? size : double.IsInfinity(sum) ? sum : Math.Log(sum) * (size / (sum - 1));
        return Math.CopySign(log, value);
    }
}
