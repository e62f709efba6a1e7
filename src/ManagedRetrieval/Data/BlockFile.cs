using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ManagedRetrieval.Data;

/// <summary>Rows of fixed size in a scratch file that is removed in the end, to be read block by block.</summary>
/// <remarks>The bytes are those of this machine's memory: no file to keep. Several threads may read at a time.</remarks>
/// <typeparam name="T">What a row is.</typeparam>
public sealed class BlockFile<T> : IBlockSource<T>, IDisposable
    where T : unmanaged
{
    private readonly SafeFileHandle _file;
    private readonly int _rowsPerBlock;

    private BlockFile(SafeFileHandle file, int rowsPerBlock, long rowCount)
    {
        (_file, _rowsPerBlock, RowCount) = (file, rowsPerBlock, rowCount);
        BlockCount = checked((int)((rowCount + rowsPerBlock - 1) / rowsPerBlock));
    }

    /// <summary>The number of rows.</summary>
    public long RowCount { get; }

    /// <inheritdoc/>
    public int BlockCount { get; }

    /// <summary>Writes rows.</summary>
    /// <param name="path">Where; there must be no such file, and there is none again when this object is disposed.</param>
    /// <param name="rows">The rows; one block of them is held at a time.</param>
    /// <param name="rowsPerBlock">How many rows make a block, the last one aside.</param>
    /// <param name="cancellationToken">Stops between rows; no file is left behind.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rowsPerBlock"/> is not positive, or a block has more bytes than an array can.</exception>
    /// <exception cref="IOException">The file is there, or cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static async Task<BlockFile<T>> CreateAsync(string path, IAsyncEnumerable<T> rows, int rowsPerBlock, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rowsPerBlock);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rowsPerBlock, Array.MaxLength / SizeOf(1));
        SafeFileHandle file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.Asynchronous | FileOptions.DeleteOnClose);
        try
        {
            byte[] block = new byte[SizeOf(rowsPerBlock)];
            long rowCount = 0;
            int held = 0;
            await foreach (T row in rows.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                T value = row;
                MemoryMarshal.Write(block.AsSpan(SizeOf(held)), in value);
                held++;
                rowCount++;
                if (held == rowsPerBlock)
                {
                    await WriteAsync().ConfigureAwait(false);
                }
            }

            await WriteAsync().ConfigureAwait(false);
            return new BlockFile<T>(file, rowsPerBlock, rowCount);

            async ValueTask WriteAsync()
            {
                long offset = (rowCount - held) * SizeOf(1);
                await RandomAccess.WriteAsync(file, block.AsMemory(0, SizeOf(held)), offset, cancellationToken).ConfigureAwait(false);
                held = 0;
            }
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<T>> ReadBlockAsync(int block, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(block);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(block, BlockCount);
        long start = (long)block * _rowsPerBlock;
        var rows = new T[(int)Math.Min(_rowsPerBlock, RowCount - start)];
        byte[] bytes = new byte[SizeOf(rows.Length)];
        for (int done = 0; done < bytes.Length;)
        {
            int count = await RandomAccess.ReadAsync(_file, bytes.AsMemory(done), (start * SizeOf(1)) + done, cancellationToken).ConfigureAwait(false);
            done += count > 0 ? count : throw new EndOfStreamException("The scratch file has become shorter than it was written.");
        }

        bytes.CopyTo(MemoryMarshal.AsBytes(rows.AsSpan()));
        return rows;
    }

    /// <summary>Removes the file.</summary>
    public void Dispose() => _file.Dispose();

    private static int SizeOf(int rows) => rows * Unsafe.SizeOf<T>();
}
