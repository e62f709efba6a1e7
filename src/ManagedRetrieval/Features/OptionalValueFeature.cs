namespace ManagedRetrieval.Features;

/// <summary>A missing number gives an empty row, which adds nothing to a bag; any other input what a feature gives.</summary>
/// <remarks><see cref="OptionalFeature{TInput}"/> says the rule; C# needs a class of its own for value types.</remarks>
/// <typeparam name="TInput">A value type; to be saved, int, long or double.</typeparam>
public sealed class OptionalValueFeature<TInput> : ISparseFeature<TInput?>
    where TInput : struct
{
    /// <summary>Lets <paramref name="value"/> take null.</summary>
    public OptionalValueFeature(ISparseFeature<TInput> value)
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
        if (input is { } value)
        {
            Value.Encode(value, destination);
            return;
        }

        destination.AppendRow([]);
    }
}
