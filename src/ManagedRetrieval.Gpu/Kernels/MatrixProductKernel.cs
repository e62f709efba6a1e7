using ILGPU;

namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>c = op(a) · op(b), or c += op(a) · op(b): a group of threads makes a tile of c, from strips of both operands in shared memory.</summary>
/// <remarks>
/// Every element is one chain of multiply-adds over ascending depth from 0, whatever the shape and the tile, so an
/// element's bits depend on its row of op(a) and its column of op(b) alone. A grid of one axis holds the tiles, row by row of tiles.
/// Strips lie depth by depth with one element between the rows: then threads that write along either axis, and those that
/// read, meet different banks of shared memory.
/// </remarks>
/// <typeparam name="TTile">How many threads share a tile.</typeparam>
internal static class MatrixProductKernel<TTile>
    where TTile : unmanaged, ITile
{
    /// <summary>Elements of a row that are in shared memory at a time.</summary>
    public const int Depth = 16;

    /// <summary>The largest tile, by which shared memory is sized: two strips of 16 · 65 floats are 8,320 bytes.</summary>
    public const int MostThreads = 16;

    private const int StripLength = Depth * ((4 * MostThreads) + 1);

    private static int Threads => default(TTile).Threads;

    private static int Side => 4 * default(TTile).Threads;

    private static int Stride => (4 * default(TTile).Threads) + 1;

    /// <summary>Makes one tile; <see cref="Group"/> has threads² threads along one axis.</summary>
    /// <param name="left">a.</param>
    /// <param name="right">b.</param>
    /// <param name="result">c, row by row.</param>
    /// <param name="product">How they lie.</param>
    public static void Run(ArrayView<float> left, ArrayView<float> right, ArrayView<float> result, ProductShape product)
    {
        ArrayView<float> a = SharedMemory.Allocate<float>(StripLength);
        ArrayView<float> b = SharedMemory.Allocate<float>(StripLength);
        int tiles = ((product.N - 1) / Side) + 1;
        int firstRow = Grid.IdxX / tiles * Side, firstColumn = Grid.IdxX % tiles * Side;
        int y = Group.IdxX / Threads, x = Group.IdxX % Threads;
        Four row0 = default, row1 = default, row2 = default, row3 = default;
        for (int start = 0; start < product.K; start += Depth)
        {
            Load(left, firstRow, product.M, product.ARow, start, product.K, product.ADepth, a);
            Load(right, firstColumn, product.N, product.BColumn, start, product.K, product.BDepth, b);
            Group.Barrier();
            for (int p = 0; p < Depth; p++)
            {
                int rows = (p * Stride) + y, columns = (p * Stride) + x;
                var factors = new Four(b[columns], b[columns + Threads], b[columns + (2 * Threads)], b[columns + (3 * Threads)]);
                row0 = Four.MultiplyAdd(a[rows], factors, row0);
                row1 = Four.MultiplyAdd(a[rows + Threads], factors, row1);
                row2 = Four.MultiplyAdd(a[rows + (2 * Threads)], factors, row2);
                row3 = Four.MultiplyAdd(a[rows + (3 * Threads)], factors, row3);
            }

            Group.Barrier();
        }

        // A thread's rows and columns are the tile's side apart by quarters, so that neighbours write beside each other.
        Store(result, product, firstRow + y, firstColumn + x, row0);
        Store(result, product, firstRow + y + Threads, firstColumn + x, row1);
        Store(result, product, firstRow + y + (2 * Threads), firstColumn + x, row2);
        Store(result, product, firstRow + y + (3 * Threads), firstColumn + x, row3);
    }

    /// <summary>Copies a strip to shared memory; zeros stand for what lies outside.</summary>
    private static void Load(ArrayView<float> from, int first, int rows, int rowStride, int start, int depth, int depthStride, ArrayView<float> strip)
    {
        for (int element = Group.IdxX; element < Side * Depth; element += Threads * Threads)
        {
            // Neighbouring threads read what lies side by side.
            bool alongDepth = depthStride == 1;
            int row = alongDepth ? element / Depth : element % Side, p = alongDepth ? element % Depth : element / Side;
            float value = 0;
            if (first + row < rows && start + p < depth)
            {
                value = from[((first + row) * rowStride) + ((start + p) * depthStride)];
            }

            strip[(p * Stride) + row] = value;
        }
    }

    private static void Store(ArrayView<float> result, ProductShape product, int row, int column, Four values)
    {
        if (row < product.M)
        {
            Store(result, product, row, column, values.X);
            Store(result, product, row, column + Threads, values.Y);
            Store(result, product, row, column + (2 * Threads), values.Z);
            Store(result, product, row, column + (3 * Threads), values.W);
        }
    }

    private static void Store(ArrayView<float> result, ProductShape product, int row, int column, float value)
    {
        if (column < product.N)
        {
            int place = (row * product.N) + column;
            if (product.Accumulates != 0)
            {
                value = result[place] + value;
            }

            result[place] = value;
        }
    }
}
