namespace ManagedRetrieval.Features;

/// <summary>One id per number: which of several ranges it lies in.</summary>
/// <remarks>
/// Id 0 is that of NaN, a missing number. Of k ascending boundaries b, a number x has the id 1 + (how many boundaries
/// are ≤ x): range i is [b_i, b_i+1), open to −∞ at the lower end and to +∞ at the upper. Immutable and safe for several
/// threads.
/// </remarks>
public sealed class BucketFeature : ISparseFeature<double>
{
    private readonly double[] _boundaries;

    /// <summary>A feature with the given boundaries; without any, all numbers have one id.</summary>
    /// <exception cref="ArgumentException">A boundary is not finite, or not greater than the one before it.</exception>
    public BucketFeature(params ReadOnlySpan<double> boundaries)
    {
        _boundaries = boundaries.ToArray();
        for (int i = 0; i < _boundaries.Length; i++)
        {
            // Negative zero becomes zero: they are equal, so that files must not differ by it.
            _boundaries[i] += 0.0;
            if (!double.IsFinite(_boundaries[i]) || (i > 0 && _boundaries[i] <= _boundaries[i - 1]))
            {
                throw new ArgumentException(
                    FormattableString.Invariant(
                        $"Boundary {i} is {_boundaries[i]}, expected a finite number{(i > 0 ? FormattableString.Invariant($" greater than {_boundaries[i - 1]}") : "")}."),
                    nameof(boundaries));
            }
        }

        Boundaries = Array.AsReadOnly(_boundaries);
    }

    /// <summary>Where ranges begin, ascending; the first range lies below them all.</summary>
    public IReadOnlyList<double> Boundaries { get; }

    /// <summary>The number of ranges, and one more for what is missing.</summary>
    public int RowCount => _boundaries.Length + 2;

    /// <summary>Ranges that hold about equally many of the training values each.</summary>
    /// <remarks>
    /// With the n values sorted, range i of B begins at value ⌊i·n/B⌋; a boundary is always one of the values. Equal
    /// boundaries are merged, and none is equal to the least value, so that every range holds a training value; where a
    /// value is frequent there are fewer than B. The same for the same values in any order.
    /// </remarks>
    /// <param name="values">
    /// The training values. NaN, a missing one, is passed over; infinite ones count, but become no boundary.
    /// </param>
    /// <param name="buckets">How many ranges there may be at most.</param>
    /// <exception cref="ArgumentException">There is no value but NaN.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="buckets"/> is less than 1.</exception>
    public static BucketFeature Fit(IEnumerable<double> values, int buckets)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfLessThan(buckets, 1);
        double[] sorted = [.. values.Where(value => !double.IsNaN(value))];
        if (sorted.Length == 0)
        {
            throw new ArgumentException("values must hold at least one number that is not NaN.", nameof(values));
        }

        Array.Sort(sorted);
        var boundaries = new List<double>();
        double last = sorted[0];
        for (int i = 1; i < buckets; i++)
        {
            double boundary = sorted[(int)((long)i * sorted.Length / buckets)];
            if (boundary > last && double.IsFinite(boundary))
            {
                boundaries.Add(boundary);
                last = boundary;
            }
        }

        return new BucketFeature([.. boundaries]);
    }

    /// <summary>Appends a row with the one id of <paramref name="input"/>.</summary>
    /// <inheritdoc/>
    public void Encode(double input, RaggedIds destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        int id = double.IsNaN(input) ? 0 : 1 + BoundariesUpTo(input);
        destination.AppendRow(new ReadOnlySpan<int>(in id));
    }

    private int BoundariesUpTo(double value)
    {
        int low = 0;
        int high = _boundaries.Length;
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            if (_boundaries[middle] <= value)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
