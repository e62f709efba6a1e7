using System.Diagnostics.CodeAnalysis;

namespace ManagedRetrieval.Features;

/// <summary>Where the features of a saved model find their values in an input: a file keeps features, but no code.</summary>
/// <typeparam name="TInput">An input, such as a record of the caller's.</typeparam>
public sealed class FeatureBindings<TInput>
{
    private readonly Dictionary<string, Func<string, object, BoundFeature<TInput>>> _bindings = new(StringComparer.Ordinal);

    /// <summary>Says where a feature's value is.</summary>
    /// <param name="feature">The feature's name in the model.</param>
    /// <param name="value">Gives the value; of the type that the feature takes.</param>
    /// <exception cref="ArgumentException">The feature was bound before, or the name is empty.</exception>
    public FeatureBindings<TInput> Bind<TValue>(string feature, Func<TInput, TValue> value)
    {
        ArgumentException.ThrowIfNullOrEmpty(feature);
        ArgumentNullException.ThrowIfNull(value);
        if (!_bindings.TryAdd(feature, (name, definition) => Attach(name, definition, value)))
        {
            throw new ArgumentException($"The feature '{feature}' is bound a second time.", nameof(feature));
        }

        return this;
    }

    /// <summary>Joins the features of a model with their values.</summary>
    /// <param name="bindings">Null where the input itself is the value, of one feature or of all.</param>
    /// <param name="features">By name.</param>
    /// <param name="side">What the side is called, for messages.</param>
    /// <exception cref="FormatException">A feature is bound to a value of another type.</exception>
    /// <exception cref="ArgumentException">A feature is not bound, or one is bound that the model does not have.</exception>
    internal static FeatureSet<TInput> Attach(FeatureBindings<TInput>? bindings, IReadOnlyList<(string Name, object Feature)> features, string side)
    {
        if (bindings is null)
        {
            return new([.. features.Select(feature => Attach(feature.Name, feature.Feature, static (TInput input) => input))]);
        }

        string[] names = [.. features.Select(feature => feature.Name)];
        return Find(names.Except(bindings._bindings.Keys), out string? missing)
            ? throw new ArgumentException($"The {side} feature '{missing}' is not bound; the model's features are '{string.Join("', '", names)}'.")
            : Find(bindings._bindings.Keys.Except(names), out string? extra)
            ? throw new ArgumentException($"The model has no {side} feature '{extra}'; its features are '{string.Join("', '", names)}'.")
            : new([.. features.Select(feature => bindings._bindings[feature.Name](feature.Name, feature.Feature))]);
    }

    private static bool Find(IEnumerable<string> names, [NotNullWhen(true)] out string? first) => (first = names.FirstOrDefault()) is not null;

    private static BoundFeature<TInput> Attach<TValue>(string name, object feature, Func<TInput, TValue> value) => feature switch
    {
        ISparseFeature<TValue> sparse => new BoundSparseFeature<TInput, TValue>(name, sparse, value),
        IDenseFeature<TValue> dense => new BoundDenseFeature<TInput, TValue>(name, dense, value),
        _ => throw new FormatException($"Feature '{name}': the model's feature takes {FeatureInputs.Of(feature)}, asked for {FeatureInputs.Name<TValue>()}."),
    };
}
