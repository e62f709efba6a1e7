namespace ManagedRetrieval.Features;

/// <summary>Turns one input into the ids of embedding rows: a sparse feature.</summary>
/// <remarks>Implementations are immutable: several threads may encode into different destinations.</remarks>
/// <typeparam name="TInput">What is encoded: a key, a text, a list of them.</typeparam>
public interface ISparseFeature<in TInput>
{
    /// <summary>The number of embedding rows the feature addresses: ids lie in [0, RowCount).</summary>
    int RowCount { get; }

    /// <summary>Appends exactly one row, which may be empty, with the ids of <paramref name="input"/>.</summary>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="InvalidOperationException"><paramref name="destination"/> has an open row.</exception>
    void Encode(TInput input, RaggedIds destination);
}
