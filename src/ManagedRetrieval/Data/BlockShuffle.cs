using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ManagedRetrieval.Engine.Kernels;

namespace ManagedRetrieval.Data;

/// <summary>Gives rows that do not fit into memory in a random order.</summary>
/// <remarks>
/// The order of the blocks is shuffled; then as many blocks as a window holds are read, and their rows are shuffled
/// together. Rows of one block so come out within one window: the smaller the blocks and the larger the window, the
/// nearer this is to a shuffle of all rows. A window as large as the source is one.
/// </remarks>
public static class BlockShuffle
{
    private const ulong BlockStream = 0xB10C0;
    private const ulong RowStream = 0xB10C1;

    /// <summary>Reads every row exactly once.</summary>
    /// <param name="source">The rows.</param>
    /// <param name="windowBlocks">How many blocks are held at a time; memory never holds more.</param>
    /// <param name="seed">Decides the order. Give every epoch another one.</param>
    /// <param name="cancellationToken">Stops between blocks and rows.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="windowBlocks"/> is not positive.</exception>
    /// <exception cref="IOException">A block cannot be read.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static IAsyncEnumerable<T> ReadAsync<T>(IBlockSource<T> source, int windowBlocks, ulong seed, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(windowBlocks);
        return Read(source, windowBlocks, seed, cancellationToken);
    }

    private static async IAsyncEnumerable<T> Read<T>(
        IBlockSource<T> source, int windowBlocks, ulong seed, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int[] order = new int[source.BlockCount];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        new CounterRandom(seed, BlockStream).Shuffle<int>(order);
        var rows = new List<T>();
        for (int start = 0, held; start < order.Length; start += held)
        {
            held = Math.Min(windowBlocks, order.Length - start);
            rows.Clear();
            foreach (int block in order[start..(start + held)])
            {
                cancellationToken.ThrowIfCancellationRequested();
                rows.AddRange(await source.ReadBlockAsync(block, cancellationToken).ConfigureAwait(false));
            }

            new CounterRandom(seed, unchecked(RowStream + ((ulong)start << 8))).Shuffle(CollectionsMarshal.AsSpan(rows));
            foreach (T row in rows)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return row;
            }
        }
    }
}
