using System.Runtime.InteropServices;
using ILGPU;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Gpu.Devices;
using ManagedRetrieval.Gpu.Kernels;

namespace ManagedRetrieval.Gpu.Work;

/// <summary>The in-batch softmax loss and its gradients, block of queries by block: the scores of a block are all that is on the device at a time.</summary>
/// <remarks>
/// A block's scores become logits, the logits losses and then derivatives in place; two products make the gradients of them, the
/// candidates' summed over blocks in their order. Where half the loss is over columns, derivatives need the columns' sums over all
/// blocks: the scores are then made twice.
/// </remarks>
internal sealed class SoftmaxLoss(GpuDevice device, LossMemory memory)
{
    private readonly int _heads = memory.Heads;
    private readonly int _width = memory.Width;
    private LossShape _loss = memory.Shape;

    /// <summary>Makes the losses, and the gradients where they are asked for.</summary>
    /// <param name="device">Where.</param>
    /// <param name="problem">What the loss is made of.</param>
    /// <param name="losses">[queries].</param>
    /// <param name="factors">[queries], or the default value.</param>
    /// <param name="queryGradient">Of the queries' shape, or the default value.</param>
    /// <param name="candidateGradient">Of the candidates' shape, or the default value.</param>
    public static SoftmaxLossCounts Run(
        GpuDevice device, in SoftmaxLossProblem<float> problem, Tensor<float> losses, Tensor<float> factors, Tensor<float> queryGradient, Tensor<float> candidateGradient)
    {
        using var memory = new LossMemory(device, problem, factors.IsDefault ? default : factors.Span, !queryGradient.IsDefault || !candidateGradient.IsDefault);
        new SoftmaxLoss(device, memory).Run(problem.Mask.Span);

        // Everything that can fail is behind us but these copies, so what fails leaves the tensors as they were.
        SoftmaxLossCounts counts = memory.Counts();
        device.Read(memory.Arguments.Losses, losses.Span);
        if (!queryGradient.IsDefault)
        {
            device.Read(memory.QueryGradient, queryGradient.Span);
        }

        if (!candidateGradient.IsDefault)
        {
            device.Read(memory.CandidateGradient, candidateGradient.Span);
        }

        return counts;
    }

    private void Run(ReadOnlySpan<bool> mask)
    {
        bool isSymmetric = _loss.Symmetric != 0;
        for (int first = 0; first < _loss.Queries; first += memory.Block)
        {
            Logits(mask, first);
            Launch(device.Kernels.RowLoss, _loss.Count);
            if (isSymmetric)
            {
                Launch(device.Kernels.ColumnSum, device.Kernels.Groups(_loss.Queries));
            }
            else if (memory.MakesGradients)
            {
                Gradients();
            }
        }

        if (!isSymmetric)
        {
            return;
        }

        Launch(device.Kernels.ColumnLoss, device.Kernels.Groups(_loss.Queries));
        for (int first = 0; memory.MakesGradients && first < _loss.Queries; first += memory.Block)
        {
            if (memory.Block < _loss.Queries)
            {
                Logits(mask, first);
            }

            Gradients();
        }
    }

    /// <summary>The logits of the block that begins with a query.</summary>
    private void Logits(ReadOnlySpan<bool> mask, int first)
    {
        _loss.First = first;
        _loss.Count = Math.Min(memory.Block, _loss.Queries - first);
        if (!mask.IsEmpty)
        {
            device.Write(MemoryMarshal.AsBytes(mask.Slice(first * _loss.Candidates, _loss.Count * _loss.Candidates)), memory.Mask);
        }

        Product.OnDevice(device, Vectors(memory.Queries), false, memory.Candidates, true, memory.OfHeads, _loss.Count * _heads, _loss.Candidates, _width, accumulates: false);
        if (_heads > 1)
        {
            device.Kernels.Heads(memory.OfHeads, memory.Arguments.Logits, memory.BestHeads, ByHead());
        }

        Launch(device.Kernels.Logits, _loss.Count);
        if (_loss.HardNegatives > 0)
        {
            Launch(device.Kernels.Mine, _loss.Count);
        }
    }

    /// <summary>What the block adds to the gradients, once its logits and all sums are there.</summary>
    private void Gradients()
    {
        Launch(device.Kernels.Derivative, _loss.Count);
        if (_heads > 1)
        {
            device.Kernels.Spread(memory.OfHeads, memory.Arguments.Logits, memory.BestHeads, ByHead());
        }

        int vectors = _loss.Count * _heads;
        Product.OnDevice(device, memory.OfHeads, false, memory.Candidates, false, Vectors(memory.QueryGradient), vectors, _width, _loss.Candidates, accumulates: false);
        Product.OnDevice(
            device, memory.OfHeads, true, Vectors(memory.Queries), false, memory.CandidateGradient, _loss.Candidates, _width, vectors, accumulates: _loss.First > 0);
    }

    /// <summary>The block's part of what there is for each vector of the queries.</summary>
    private ArrayView<float> Vectors(ArrayView<float> all) => all.SubView(_loss.First * _heads * _width, _loss.Count * _heads * _width);

    private HeadsShape ByHead() => new() { Queries = _loss.Count, Heads = _heads, Columns = _loss.Candidates };

    private void Launch(DeviceKernel<float, int, byte, LossShape> kernel, int groups) =>
        kernel.Launch(groups, device.GroupSize, memory.Numbers, memory.Lists, memory.Mask, _loss);
}
