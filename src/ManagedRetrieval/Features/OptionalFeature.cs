namespace ManagedRetrieval.Features;

/// <summary>A missing text, key or list gives an empty row, which adds nothing to a bag; any other input what a feature gives.</summary>
/// <remarks>
/// The rule for what is missing: a feature refuses null. Where a column may lack values, wrap its feature in this or in
/// <see cref="OptionalValueFeature{TInput}"/>, and nothing is made up: no id stands for "missing". Missing numbers are
/// NaN, and <see cref="NumberFeature"/> and <see cref="BucketFeature"/> have their own place for them.
/// </remarks>
/// <typeparam name="TInput">A reference type; to be saved, string or a list of string, int, long or double.</typeparam>
public sealed class OptionalFeature<TInput> : ISparseFeature<TInput?>
    where TInput : class
{
    /// <summary>Lets <paramref name="value"/> take null.</summary>
    public OptionalFeature(ISparseFeature<TInput> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        Value = value;
    }

    /// <summary>Encodes what is there.</summary>
    public ISparseFeature<TInput> Value { get; }

    /// <inheritdoc/>
    public int RowCount => Value.RowCount;

    /// <summary>Appends one row: an empty one for null.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="destination"/> is null.</exception>
    /// <exception cref="InvalidOperationException"><paramref name="destination"/> has an open row.</exception>
    public void Encode(TInput? input, RaggedIds destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (input is not null)
        {
            Value.Encode(input, destination);
            return;
        }

        destination.AppendRow([]);
    }
}
