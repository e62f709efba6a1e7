namespace ManagedRetrieval.Data;

/// <summary>Rows in blocks, any of which can be read at any time.</summary>
/// <typeparam name="T">What a row is.</typeparam>
public interface IBlockSource<T>
{
    /// <summary>The number of blocks.</summary>
    int BlockCount { get; }

    /// <summary>Reads a block.</summary>
    /// <param name="block">Its number.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>Its rows, which the caller may keep.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    ValueTask<IReadOnlyList<T>> ReadBlockAsync(int block, CancellationToken cancellationToken = default);
}
