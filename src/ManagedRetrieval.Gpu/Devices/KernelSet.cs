using ILGPU;
using ManagedRetrieval.Gpu.Kernels;

namespace ManagedRetrieval.Gpu.Devices;

/// <summary>All kernels, for one device.</summary>
internal sealed class KernelSet(GpuDevice device)
{
    private readonly int _tileThreads = device.IsEmulated ? default(TileOf2).Threads : default(TileOf16).Threads;

    private readonly DeviceKernel<float, float, float, ProductShape> _product = device.IsEmulated
        ? new(device, MatrixProductKernel<TileOf2>.Run)
        : new(device, MatrixProductKernel<TileOf16>.Run);

    private readonly DeviceKernel<float, float, int, HeadsShape> _heads = new(device, HeadsKernel.Run);
    private readonly DeviceKernel<float, float, int, HeadsShape> _spread = new(device, SpreadKernel.Run);
    private readonly DeviceKernel<float, int, int, ExcludeShape> _exclude = new(device, ExcludeKernel.Run);
    private readonly DeviceKernel<float, ulong, ulong, SelectShape> _select = new(device, SelectKernel.Run);
    private readonly DeviceKernel<ulong, ulong, ulong, MergeShape> _merge = new(device, MergeKernel.Run);

    /// <summary>Scores to logits; a group for each query of the block.</summary>
    public DeviceKernel<float, int, byte, LossShape> Logits { get; } = new(device, LogitKernel.Run);

    /// <summary>Takes out all but the hardest negatives; a group for each query of the block.</summary>
    public DeviceKernel<float, int, byte, LossShape> Mine { get; } = new(device, MineKernel.Run);

    /// <summary>Losses of queries; a group for each query of the block.</summary>
    public DeviceKernel<float, int, byte, LossShape> RowLoss { get; } = new(device, RowLossKernel.Run);

    /// <summary>Logits to derivatives; a group for each query of the block.</summary>
    public DeviceKernel<float, int, byte, LossShape> Derivative { get; } = new(device, DerivativeKernel.Run);

    /// <summary>A block's part of the columns' sums; a thread for each column.</summary>
    public DeviceKernel<float, int, byte, LossShape> ColumnSum { get; } = new(device, ColumnSumKernel.Run);

    /// <summary>Losses of columns; a thread for each column.</summary>
    public DeviceKernel<float, int, byte, LossShape> ColumnLoss { get; } = new(device, ColumnLossKernel.Run);

    /// <summary>The product of matrices, none of whose sides is 0.</summary>
    public void Product(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, in ProductShape product)
    {
        int side = 4 * _tileThreads;
        int tiles = checked((((product.M - 1) / side) + 1) * (((product.N - 1) / side) + 1));
        _product.Launch(tiles, _tileThreads * _tileThreads, a, b, c, product);
    }

    /// <summary>The greatest of the heads' scores.</summary>
    public void Heads(ArrayView<float> ofHeads, ArrayView<float> best, ArrayView<int> bestHeads, in HeadsShape heads) =>
        _heads.Launch(Groups(heads.Queries * heads.Columns), device.GroupSize, ofHeads, best, bestHeads, heads);

    /// <summary>Derivatives to the heads that made the scores.</summary>
    public void Spread(ArrayView<float> ofHeads, ArrayView<float> best, ArrayView<int> bestHeads, in HeadsShape heads) =>
        _spread.Launch(Groups(heads.Queries * heads.Columns), device.GroupSize, ofHeads, best, bestHeads, heads);

    /// <summary>Takes out excluded rows of so many queries.</summary>
    public void Exclude(ArrayView<float> scores, ArrayView<int> excluded, ArrayView<int> offsets, in ExcludeShape exclude, int queries) =>
        _exclude.Launch(queries, device.GroupSize, scores, excluded, offsets, exclude);

    /// <summary>The best of so many queries' ranges.</summary>
    public void Select(ArrayView<float> scores, ArrayView<ulong> admitted, ArrayView<ulong> best, in SelectShape select, int queries) =>
        _select.Launch(checked(queries * select.Ranges), device.GroupSize, scores, admitted, best, select);

    /// <summary>The best of so many queries' lists.</summary>
    public void Merge(ArrayView<ulong> found, ArrayView<ulong> before, ArrayView<ulong> best, in MergeShape merge, int queries) =>
        _merge.Launch(queries, device.GroupSize, found, before, best, merge);

    /// <summary>Groups for so many entries, each thread of which takes several where there are very many.</summary>
    public int Groups(int entries)
    {
        const int Most = 4096;
        return Math.Clamp(((entries - 1) / device.GroupSize) + 1, 1, Most);
    }
}
