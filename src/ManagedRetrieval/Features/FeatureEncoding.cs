namespace ManagedRetrieval.Features;

/// <summary>Encodes lists of inputs, and holds features to their contract.</summary>
internal static class FeatureEncoding
{
    /// <summary>Appends one row for each input.</summary>
    /// <param name="feature">Encodes one input.</param>
    /// <param name="inputs">Raw inputs, none of them null.</param>
    /// <param name="start">The first input to encode.</param>
    /// <param name="count">How many.</param>
    /// <param name="destination">Receives the rows.</param>
    /// <param name="argument">What the caller's argument is called, for messages.</param>
    /// <exception cref="ArgumentException">An input is null.</exception>
    /// <exception cref="InvalidOperationException">The feature did not append exactly one row.</exception>
    public static void Encode<TInput>(
        ISparseFeature<TInput> feature, IReadOnlyList<TInput> inputs, int start, int count, RaggedIds destination, string argument)
    {
        for (int i = start; i < start + count; i++)
        {
            TInput input = inputs[i];
            if (input is null)
            {
                throw new ArgumentException($"{argument} must not hold null, but number {i} is.", argument);
            }

            int before = destination.Count;
            feature.Encode(input, destination);
            if (destination.Count != before + 1)
            {
                throw new InvalidOperationException(
                    $"{feature.GetType().Name} must append exactly one row for each input, but appended {destination.Count - before} for number {i} of {argument}.");
            }
        }
    }
}
