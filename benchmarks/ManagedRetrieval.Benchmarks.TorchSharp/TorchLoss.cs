using static TorchSharp.torch;

namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>The in-batch softmax loss as libtorch's users write it.</summary>
internal static class TorchLoss
{
    /// <summary>The sum of the rows' losses; row i of the queries belongs with row i of the candidates.</summary>
    public static Tensor Of(Tensor queries, Tensor candidates, Tensor labels)
    {
        // The scores go before the backward pass begins, which needs their softmax alone: the allocator then has a piece of their size.
        using Tensor transposed = candidates.t(), scores = queries.mm(transposed);
        return nn.functional.cross_entropy(scores, labels, reduction: nn.Reduction.Sum);
    }
}
