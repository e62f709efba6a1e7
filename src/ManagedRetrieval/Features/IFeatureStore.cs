using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Features;

/// <summary>Where a model file keeps the lists and vectors that are too long for its description.</summary>
/// <remarks>
/// A list comes back exactly as it was added, strings code unit by code unit; what cannot be kept so is refused when
/// added.
/// </remarks>
internal interface IFeatureStore
{
    void AddStrings(string name, IReadOnlyList<string> values);

    /// <exception cref="FormatException">There is no such list of strings.</exception>
    IReadOnlyList<string> GetStrings(string name);

    void AddIntegers(string name, ReadOnlySpan<long> values);

    /// <exception cref="FormatException">There is no such list of integers.</exception>
    long[] GetIntegers(string name);

    void AddNumbers(string name, ReadOnlySpan<double> values);

    /// <exception cref="FormatException">There is no such list of numbers.</exception>
    double[] GetNumbers(string name);

    /// <param name="name">What the vectors are found by.</param>
    /// <param name="vectors">[vectors, width], all of them finite.</param>
    void AddVectors(string name, Tensor<float> vectors);

    /// <exception cref="FormatException">There are no such vectors.</exception>
    Tensor<float> GetVectors(string name);
}
