using System.Numerics;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Backends;

/// <summary>The few operations where the arithmetic is, which a coprocessor may take over. Tensors stay in managed memory.</summary>
/// <remarks>
/// Implementations may be called from several threads at once. Arguments are checked by the callers at the library's
/// public edges; an implementation may rely on shapes that fit. The conformance suite of the test kit defines what an
/// implementation must do, and every implementation runs it.
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public interface IComputeBackend<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>What runs here, such as <c>cpu</c>.</summary>
    string Name { get; }

    /// <summary>result[m, n] = op(a)[m, k] · op(b)[k, n], or result += where <paramref name="accumulate"/>.</summary>
    /// <param name="a">[m, k], or [k, m] where <paramref name="transposeA"/>.</param>
    /// <param name="transposeA">Whether op(a) = aᵀ.</param>
    /// <param name="b">[k, n], or [n, k] where <paramref name="transposeB"/>.</param>
    /// <param name="transposeB">Whether op(b) = bᵀ.</param>
    /// <param name="result">[m, n]; may not share memory with a or b.</param>
    /// <param name="accumulate">Whether to add to what the result holds. With k = 0 the product is zero.</param>
    void MatrixProduct(Tensor<T> a, bool transposeA, Tensor<T> b, bool transposeB, Tensor<T> result, bool accumulate);

    /// <summary>Finds each query's k best candidates by dot product: highest score first, among equals the lowest row first.</summary>
    /// <remarks>
    /// A query of several heads scores the greatest of its heads' dot products; NaN where one of them is NaN. Where a
    /// query has fewer than k candidates that are admitted, not excluded, and whose score is a number, the rest is NaN with row −1.
    /// </remarks>
    /// <param name="queries">[queries, d] or [queries, heads, d], heads and d at least 1.</param>
    /// <param name="candidates">[candidates, d], all finite.</param>
    /// <param name="k">1 ≤ k ≤ candidates.</param>
    /// <param name="scores">[queries, k]: receives the scores.</param>
    /// <param name="rows">queries · k row numbers of candidates, aligned with <paramref name="scores"/>.</param>
    /// <param name="excluded">Rows of candidates to pass over, one query's after the other's, each query's ascending without repetition.</param>
    /// <param name="excludedOffsets">queries + 1 numbers: where each query's rows start in <paramref name="excluded"/>, then the number of all; empty where nothing is excluded.</param>
    /// <param name="admitted">A bit for each candidate, the lowest of a word first, that is set where it may be found by any query; empty where all may.</param>
    /// <param name="cancellationToken">Stops a long search between parts of it, one that is cancelled before at once; what was written is then not to be used.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    void TopK(
        Tensor<T> queries,
        Tensor<T> candidates,
        int k,
        Tensor<T> scores,
        Span<int> rows,
        ReadOnlySpan<int> excluded = default,
        ReadOnlySpan<int> excludedOffsets = default,
        ReadOnlySpan<ulong> admitted = default,
        CancellationToken cancellationToken = default);

    /// <summary>Says that rows are going to be searched often and do not change: a backend may then keep what <see cref="TopK"/> makes of them at each call.</summary>
    /// <remarks>Searches among the same memory use what is kept; nothing else about them changes. The default keeps nothing.</remarks>
    /// <param name="candidates">[candidates, d], all finite.</param>
    /// <returns>Gives it up when it is disposed, or once nothing refers to it; null where nothing is kept, for which a backend may have reasons of its own, such as room.</returns>
    IDisposable? PrepareRows(Tensor<T> candidates) => null;

    /// <summary>The in-batch softmax loss of every row, and where they are asked for the gradients of Σ factor_i · loss_i.</summary>
    /// <param name="problem">What it is made of.</param>
    /// <param name="losses">[Q]: receives the losses, without the factors.</param>
    /// <param name="factors">[Q], or the default value for 1 in every row.</param>
    /// <param name="queryGradient">Of the queries' shape: receives the gradient. The default value, here and for the candidates, where none is wanted.</param>
    /// <param name="candidateGradient">[C, d]: receives the gradient.</param>
    SoftmaxLossCounts SoftmaxLoss(in SoftmaxLossProblem<T> problem, Tensor<T> losses, Tensor<T> factors, Tensor<T> queryGradient, Tensor<T> candidateGradient);
}
