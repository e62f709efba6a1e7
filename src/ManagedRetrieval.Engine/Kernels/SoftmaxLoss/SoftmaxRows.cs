using System.Numerics;
using ManagedRetrieval.Engine.Memory;

namespace ManagedRetrieval.Engine.Kernels.SoftmaxLoss;

/// <summary>What becomes of the sums of rows and columns: losses, and what gradients are made with.</summary>
internal static unsafe class SoftmaxRows<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The shift of a row of which nothing has been seen: below every logit.</summary>
    public static T NoShift => typeof(T) == typeof(float) ? T.CreateTruncating(float.MinValue) : T.CreateTruncating(double.MinValue);

    /// <summary>Makes losses, scales and pulls of some rows whose sums are complete.</summary>
    /// <param name="context">Its factors may be missing: then losses alone.</param>
    /// <param name="query">The first row.</param>
    /// <param name="count">How many.</param>
    public static void Finish(in SoftmaxContext<T> context, int query, int count)
    {
        for (int i = query; i < query + count; i++)
        {
            int start = context.PositiveOffsets[i], positives = context.PositiveOffsets[i + 1] - start;
            var pulls = new Span<T>(context.Pulls + start, positives);
            new Span<T>(context.Logits + start, positives).CopyTo(pulls);
            T factor = Factor(context, i);
            context.Losses[i] = Loss(context.Shifts[i], context.Sums[i], pulls, context.MeanOfPositives, factor, out context.Scales[i]);
        }
    }

    /// <summary>Half of the rows' losses and half of the columns', and what the gradients of both are made with.</summary>
    /// <param name="context">Its sums are complete.</param>
    /// <param name="lanes">Elements of a column's sum.</param>
    public static void FinishSymmetric(in SoftmaxContext<T> context, int lanes)
    {
        T half = T.CreateTruncating(0.5);
        Finish(context, 0, context.Queries);
        new Span<T>(context.Scales + context.Queries, (context.BlockCount * context.Lanes) - context.Queries).Clear();
        new Span<T>(context.ColumnScales + context.Queries, (context.ChunkCount * context.ChunkRows) - context.Queries).Clear();
        TensorPrimitives.Multiply(new ReadOnlySpan<T>(context.Losses, context.Queries), half, new Span<T>(context.Losses, context.Queries));
        int pairs = context.PositiveOffsets[context.Queries];
        using var ofColumns = new Scratch<int>(context.Queries + 1 + pairs);
        Span<int> starts = ofColumns.Span[..(context.Queries + 1)], order = ofColumns.Span[starts.Length..];
        ByColumn(context, starts, order);
        using var scratch = new Scratch<T>(pairs);
        for (int j = 0; j < context.Queries; j++)
        {
            ReadOnlySpan<int> own = order[starts[j]..starts[j + 1]];
            Span<T> pulls = scratch.Span[..own.Length];
            for (int p = 0; p < own.Length; p++)
            {
                pulls[p] = context.Logits[own[p]];
            }

            T sum = RowReduce.Sum<T>(new ReadOnlySpan<T>(context.ColumnSums + ((nint)j * lanes), lanes));
            T loss = Loss(context.ColumnShifts[j], sum, pulls, context.MeanOfPositives, Factor(context, j), out context.ColumnScales[j]);
            context.Losses[j] += half * loss;
            for (int p = 0; p < own.Length; p++)
            {
                context.Pulls[own[p]] += pulls[p];
            }
        }
    }

    /// <summary>How many rows, but those that the mask drops, have no negative.</summary>
    public static int WithoutNegatives(in SoftmaxContext<T> context, T* shifts)
    {
        int count = 0;
        for (int i = 0; i < context.Queries; i++)
        {
            count += shifts[i] == NoShift && (context.Mask is null || context.Mask[((nint)i * context.Candidates) + i]) ? 1 : 0;
        }

        return count;
    }

    private static T Factor(in SoftmaxContext<T> context, int row)
    {
        T factor = context.Factors is null ? T.One : context.Factors[row];
        return context.Symmetric ? factor * T.CreateTruncating(0.5) : factor;
    }

    /// <summary>One row's loss; <paramref name="pulls"/> comes with the positives' logits and leaves with their derivatives, times the factor and with the opposite sign.</summary>
    public static T Loss(T shift, T sum, Span<T> pulls, bool mean, T factor, out T scale)
    {
        T loss;
        if (pulls.Length == 1)
        {
            T margin = T.Log(sum) + (shift - pulls[0]);
            (loss, pulls[0]) = (VectorMath.Softplus(margin), VectorMath.Sigmoid(margin));
        }
        else if (mean)
        {
            using var losses = new Scratch<T>(pulls.Length);
            loss = SeveralPositives.Mean(shift, sum, pulls, losses.Span);
        }
        else
        {
            loss = SeveralPositives.Sum(shift, sum, pulls);
        }

        TensorPrimitives.Multiply(pulls, factor, pulls);
        scale = sum > T.Zero ? RowReduce.Sum<T>(pulls) / sum : T.Zero;
        return loss;
    }

    /// <summary>The positives of each of the first columns, by their places in the rows' lists.</summary>
    private static void ByColumn(in SoftmaxContext<T> context, Span<int> starts, Span<int> order)
    {
        starts.Clear();
        var positives = new ReadOnlySpan<int>(context.Positives, order.Length);
        foreach (int column in positives)
        {
            if (column < context.Queries)
            {
                starts[column + 1]++;
            }
        }

        for (int j = 0; j < context.Queries; j++)
        {
            starts[j + 1] += starts[j];
        }

        // Each start moves to its column's end as the column fills up, which is where the next one's was; then all move back by one.
        for (int p = 0; p < positives.Length; p++)
        {
            if (positives[p] < context.Queries)
            {
                order[starts[positives[p]]++] = p;
            }
        }

        for (int j = context.Queries; j > 0; j--)
        {
            starts[j] = starts[j - 1];
        }

        starts[0] = 0;
    }
}
