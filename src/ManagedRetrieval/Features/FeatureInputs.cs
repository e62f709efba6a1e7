namespace ManagedRetrieval.Features;

/// <summary>What features take, in words, for messages.</summary>
internal static class FeatureInputs
{
    /// <summary>What a feature of this library takes.</summary>
    public static string Of(object feature) => feature switch
    {
        TextFeature => "text",
        ISparseFeature<string> => "string ids",
        ISparseFeature<IReadOnlyList<string>> => "lists of string",
        IDenseFeature<string> => "strings that have vectors",
        TimeBucketFeature or TimeFeature => "times",
        ISparseFeature<int> => "int ids",
        ISparseFeature<IReadOnlyList<int>> => "lists of int",
        IDenseFeature<int> => "ints that have vectors",
        ISparseFeature<long> => "long ids",
        ISparseFeature<IReadOnlyList<long>> => "lists of long",
        IDenseFeature<long> => "longs that have vectors",
        ISparseFeature<double> or IDenseFeature<double> => "numbers",
        ISparseFeature<IReadOnlyList<double>> => "lists of double",
        IDenseFeature<ReadOnlyMemory<float>> => "vectors",
        ISparseFeature<int?> => "int or null",
        ISparseFeature<long?> => "long or null",
        _ => "double or null",
    };

    /// <summary>A type of input, by the word that C# has for it.</summary>
    public static string Name<TInput>() =>
        typeof(TInput) == typeof(string) ? "string"
        : typeof(TInput) == typeof(int) ? "int"
        : typeof(TInput) == typeof(long) ? "long"
        : typeof(TInput) == typeof(double) ? "double"
        : typeof(TInput).ToString();
}
