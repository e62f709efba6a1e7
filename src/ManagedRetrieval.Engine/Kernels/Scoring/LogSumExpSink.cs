using System.Numerics;
using ManagedRetrieval.Engine.Memory;

namespace ManagedRetrieval.Engine.Kernels.Scoring;

/// <summary>Sums the exponentials of each query's scores against all candidates: log Σ e^(scale · score) = shift + ln(sum).</summary>
/// <remarks>
/// The shift is the greatest scaled score so far. A tile that has a greater one multiplies what has been summed by
/// e^(old − new), so nothing overflows and no digit is lost. The sum of a tile is made in T, the sum of tiles in double. A
/// score of −∞ adds exactly nothing. A score of NaN, or of +∞, makes the sum NaN.
/// </remarks>
/// <param name="scale">What a score is multiplied by: one over the temperature.</param>
/// <param name="shifts">[queries]; −∞ at the start.</param>
/// <param name="sums">[queries]; zeros at the start.</param>
internal readonly ref struct LogSumExpSink<T>(T scale, Span<T> shifts, Span<double> sums) : IScoreSink<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Span<T> _shifts = shifts;
    private readonly Span<double> _sums = sums;

    /// <inheritdoc/>
    public void Accept(int query, int firstRow, ReadOnlySpan<T> tile)
    {
        if (tile.IsEmpty)
        {
            return;
        }

        using var scratch = new Scratch<T>(tile.Length);
        TensorPrimitives.Multiply(tile, scale, scratch.Span);
        T greatest = TensorPrimitives.Max<T>(scratch.Span);
        if (greatest == T.NegativeInfinity)
        {
            return;
        }

        // Not "greater than": a NaN has to come through.
        if (!(greatest <= _shifts[query]))
        {
            _sums[query] *= Math.Exp(double.CreateTruncating(_shifts[query]) - double.CreateTruncating(greatest));
            _shifts[query] = greatest;
        }

        TensorPrimitives.Subtract(scratch.Span, _shifts[query], scratch.Span);
        SoftmaxRow.Exponential<T>(scratch.Span, scratch.Span);
        _sums[query] += double.CreateTruncating(RowReduce.Sum<T>(scratch.Span));
    }

    /// <inheritdoc/>
    public void Finish(int first, int count)
    {
    }
}
