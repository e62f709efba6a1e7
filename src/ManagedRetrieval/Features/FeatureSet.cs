using ManagedRetrieval.Checks;

namespace ManagedRetrieval.Features;

/// <summary>The features of one side of a model: what turns an input into the columns that a tower reads.</summary>
/// <remarks>Immutable, as long as the delegates are pure; any number of threads may encode into different batches.</remarks>
/// <typeparam name="TInput">An input, such as a key, a text or a record of the caller's.</typeparam>
public sealed class FeatureSet<TInput>
{
    private readonly BoundFeature<TInput>[] _features;

    /// <exception cref="ArgumentException">There is no feature, or two bear one name.</exception>
    internal FeatureSet(IReadOnlyList<BoundFeature<TInput>> features)
    {
        if (features.Count == 0)
        {
            throw new ArgumentException("A side of a model needs at least one feature.", nameof(features));
        }

        _features = [.. features];
        for (int i = 0; i < _features.Length; i++)
        {
            if (Array.FindIndex(_features, other => other.Name == _features[i].Name) < i)
            {
                throw new ArgumentException($"Two features bear the name '{_features[i].Name}'.", nameof(features));
            }
        }
    }

    /// <summary>The features' names, in the order of the columns.</summary>
    public IReadOnlyList<string> Names => [.. _features.Select(feature => feature.Name)];

    /// <summary>In the order of the columns.</summary>
    internal IReadOnlyList<BoundFeature<TInput>> Features => _features;

    /// <summary>The features as a tower sees them.</summary>
    internal FeatureSignature Signature => new([.. _features.Select(feature => (feature.Name, feature.Size, feature.IsDense))]);

    /// <summary>The features of one that is the input itself.</summary>
    /// <param name="name">The feature's name.</param>
    /// <param name="feature">Encodes the input.</param>
    public static FeatureSet<TInput> Of(string name, ISparseFeature<TInput> feature)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(feature);
        return new([new BoundSparseFeature<TInput, TInput>(name, feature, input => input)]);
    }

    /// <summary>An empty batch of these features.</summary>
    public EncodedBatch NewBatch() => new([.. _features.Select(feature => feature.NewColumn())]);

    /// <summary>Encodes inputs.</summary>
    /// <param name="inputs">None of them null.</param>
    /// <param name="cancellationToken">Stops between inputs.</param>
    /// <exception cref="ArgumentException">An input is null, or a feature refuses it; the message names the feature and the input's number.</exception>
    public EncodedBatch Encode(IReadOnlyList<TInput> inputs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        EncodedBatch batch = NewBatch();
        Encode(inputs, 0, inputs.Count, batch, nameof(inputs), cancellationToken);
        return batch;
    }

    /// <summary>Appends one row for each of some inputs.</summary>
    /// <param name="inputs">None of them null.</param>
    /// <param name="start">The first to encode.</param>
    /// <param name="count">How many.</param>
    /// <param name="batch">Of these features.</param>
    /// <param name="argument">What the caller's argument is called, for messages.</param>
    /// <param name="cancellationToken">Stops between inputs.</param>
    internal void Encode(IReadOnlyList<TInput> inputs, int start, int count, EncodedBatch batch, string argument, CancellationToken cancellationToken = default)
    {
        for (int i = start; i < start + count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TInput input = inputs[i];
            if (input is null)
            {
                throw Argument.HoldsNull(argument, i);
            }

            for (int f = 0; f < _features.Length; f++)
            {
                Encode(_features[f], input, batch.Columns[f], i, argument);
            }
        }
    }

    private static void Encode(BoundFeature<TInput> feature, TInput input, EncodedColumn column, int number, string argument)
    {
        int before = column.Count;
        try
        {
            feature.Encode(input, column);
        }
        catch (KeyNotFoundException unknown)
        {
            throw new KeyNotFoundException(Message(unknown.Message), unknown);
        }
        catch (ArgumentException refused)
        {
            throw new ArgumentException(Message(DescriptionProperties.MessageOf(refused)), argument, refused);
        }

        if (column.Count != before + 1)
        {
            throw new InvalidOperationException(
                $"{feature.Feature.GetType().Name} must append exactly one row for each input, but appended {column.Count - before} for number {number} of {argument}.");
        }

        string Message(string problem) => $"Feature '{feature.Name}' cannot encode number {number} of {argument}: {problem}";
    }
}
