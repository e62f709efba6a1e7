namespace ManagedRetrieval.Features;

/// <summary>The types of inputs in words, for messages.</summary>
internal static class FeatureTypes
{
    /// <summary>What a feature encodes.</summary>
    public static string TakenBy(object feature) => feature switch
    {
        TextFeature => "text",
        ISparseFeature<string> => "string ids",
        ISparseFeature<int> => "int ids",
        ISparseFeature<long> => "long ids",
        ISparseFeature<double> or IDenseFeature<double> => "numbers",
        IDenseFeature<long> => "times",
        IDenseFeature<ReadOnlyMemory<float>> => "vectors",
        ISparseFeature<IReadOnlyList<string>> => "lists of strings",
        ISparseFeature<IReadOnlyList<int>> => "lists of ints",
        ISparseFeature<IReadOnlyList<long>> => "lists of longs",
        _ => feature.GetType().Name,
    };

    /// <summary>The name of a type as a user writes it.</summary>
    public static string NameOf<T>() =>
        typeof(T) == typeof(string) ? "string"
        : typeof(T) == typeof(int) ? "int"
        : typeof(T) == typeof(long) ? "long"
        : typeof(T) == typeof(double) ? "double"
        : typeof(T).ToString();
}
