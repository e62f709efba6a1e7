using System.Numerics;
using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.Engine.Memory;

namespace ManagedRetrieval.Engine.Kernels.SoftmaxLoss;

/// <summary>What is left of the logits after mining: for each row its positives, then its hardest negatives.</summary>
internal ref struct MinedEntries<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public required SoftmaxArguments<T> Arguments;

    /// <summary>[queries + 1]: where each row's entries start.</summary>
    public required Span<int> Offsets;

    public required Span<int> Columns;

    /// <summary>The head that made an entry's logit.</summary>
    public required Span<int> Heads;

    /// <summary>The logits, then the loss's derivatives by them, factors in.</summary>
    public required Span<T> Values;

    /// <summary>Gathers the entries; a row that the mask drops has its positives alone.</summary>
    public readonly void Fill(ReadOnlySpan<int> hardest, ReadOnlySpan<T> scores)
    {
        int filled = 0, candidates = Arguments.CandidateCount, k = Arguments.HardNegatives;
        for (int i = 0; i < Arguments.QueryCount; i++)
        {
            Offsets[i] = filled;
            foreach (int column in Positives(i))
            {
                ReadOnlySpan<T> candidate = Rows.Of(Arguments.Candidates, Arguments.Width, column);
                T score = ScoreTiles.One(Rows.Of(Arguments.Queries, Arguments.Heads * Arguments.Width, i), candidate);
                Values[filled] = Arguments.LogProbability.IsEmpty || Arguments.KeepsPositives ? score : score - Arguments.LogProbability[column];
                Heads[filled] = Head(i, candidate);
                Columns[filled++] = column;
            }

            bool dropped = !Arguments.Mask.IsEmpty && !Arguments.Mask[(i * candidates) + i];
            for (int e = i * k; e < (i + 1) * k && hardest[e] >= 0 && !dropped; e++)
            {
                Values[filled] = scores[e];
                Heads[filled] = Head(i, Rows.Of(Arguments.Candidates, Arguments.Width, hardest[e]));
                Columns[filled++] = hardest[e];
            }
        }

        Offsets[Arguments.QueryCount] = filled;
    }

    /// <summary>Makes the rows' losses; the values become derivatives, but for a symmetric loss, which needs the logits once more.</summary>
    /// <returns>How many rows have no negative but were not dropped by the mask.</returns>
    public readonly int RowLosses()
    {
        int without = 0, candidates = Arguments.CandidateCount;
        for (int i = 0; i < Arguments.QueryCount; i++)
        {
            Span<T> values = Values[Offsets[i]..Offsets[i + 1]], negatives = values[Positives(i).Length..];
            if (negatives.IsEmpty && (Arguments.Mask.IsEmpty || Arguments.Mask[(i * candidates) + i]))
            {
                without++;
            }

            if (!Arguments.Symmetric)
            {
                Arguments.Losses[i] = Derive(values[..Positives(i).Length], negatives, Factor(i));
            }
        }

        return without;
    }

    /// <summary>Orders the entries by column, and by row within it; makes the columns' losses too where the loss is symmetric.</summary>
    /// <param name="starts">[candidates + 1]: receives where each column's entries start.</param>
    /// <param name="order">Receives the entries' places in the rows' lists.</param>
    /// <param name="rows">Receives the row of each of these.</param>
    /// <returns>How many of the first columns have no negative.</returns>
    public readonly int ByColumn(Span<int> starts, Span<int> order, Span<int> rows)
    {
        int count = Offsets[Arguments.QueryCount];
        starts.Clear();
        foreach (int column in Columns[..count])
        {
            starts[column + 1]++;
        }

        for (int j = 1; j < starts.Length; j++)
        {
            starts[j] += starts[j - 1];
        }

        for (int i = 0; i < Arguments.QueryCount; i++)
        {
            for (int entry = Offsets[i]; entry < Offsets[i + 1]; entry++)
            {
                rows[starts[Columns[entry]]] = i;
                order[starts[Columns[entry]]++] = entry;
            }
        }

        // Each start has moved to where the next column's was.
        starts[..^1].CopyTo(starts[1..]);
        starts[0] = 0;
        return Arguments.Symmetric ? Symmetric(starts, order, rows) : 0;
    }

    /// <summary>Half of the rows' losses and half of the columns'.</summary>
    private readonly int Symmetric(ReadOnlySpan<int> starts, ReadOnlySpan<int> order, ReadOnlySpan<int> rows)
    {
        int without = 0, count = Offsets[Arguments.QueryCount];
        T half = T.CreateTruncating(0.5);
        using var derivatives = new Scratch<T>(count);
        derivatives.Span.Clear();
        using var scratch = new Scratch<T>(count);
        using var places = new Scratch<int>(count);
        for (int j = 0; j < Arguments.QueryCount; j++)
        {
            // The column's positives first.
            ReadOnlySpan<int> own = order[starts[j]..starts[j + 1]];
            int positives = 0, filled = 0;
            for (int turn = 0; turn < 2; turn++)
            {
                for (int e = 0; e < own.Length; e++)
                {
                    int row = rows[starts[j] + e];
                    if (own[e] < Offsets[row] + Positives(row).Length == (turn == 0))
                    {
                        places.Span[filled] = own[e];
                        scratch.Span[filled++] = Values[own[e]];
                    }
                }

                positives = turn == 0 ? filled : positives;
            }

            Arguments.Losses[j] = half * Derive(scratch.Span[..positives], scratch.Span[positives..filled], half * Factor(j));
            bool dropped = !Arguments.Mask.IsEmpty && !Arguments.Mask[(j * Arguments.CandidateCount) + j];
            without += filled == positives && !dropped ? 1 : 0;
            for (int e = 0; e < filled; e++)
            {
                derivatives.Span[places.Span[e]] = scratch.Span[e];
            }
        }

        for (int i = 0; i < Arguments.QueryCount; i++)
        {
            Span<T> values = Values[Offsets[i]..Offsets[i + 1]];
            int positives = Positives(i).Length;
            Arguments.Losses[i] += half * Derive(values[..positives], values[positives..], half * Factor(i));
        }

        TensorPrimitives.Add(Values[..count], derivatives.Span, Values[..count]);
        return without;
    }

    /// <summary>One loss; logits become derivatives.</summary>
    private readonly T Derive(Span<T> positives, Span<T> negatives, T factor)
    {
        (T shift, T sum) = negatives.IsEmpty ? (SoftmaxRows<T>.NoShift, T.Zero) : SoftmaxRow.Exponentials<T>(negatives, negatives);
        T loss = SoftmaxRows<T>.Loss(shift, sum, positives, Arguments.MeanOfPositives, factor, out T scale);
        TensorPrimitives.Multiply(negatives, scale, negatives);
        TensorPrimitives.Negate(positives, positives);
        return loss;
    }

    private readonly ReadOnlySpan<int> Positives(int row) => Arguments.Positives[Arguments.PositiveOffsets[row]..Arguments.PositiveOffsets[row + 1]];

    private readonly T Factor(int row) => Arguments.Factors.IsEmpty ? T.One : Arguments.Factors[row];

    /// <summary>The first head with the greatest score.</summary>
    private readonly int Head(int query, ReadOnlySpan<T> candidate)
    {
        int best = 0;
        T greatest = T.NegativeInfinity;
        for (int head = 0; head < Arguments.Heads && Arguments.Heads > 1; head++)
        {
            T score = ScoreTiles.One(Rows.Of(Arguments.Queries, Arguments.Width, (query * Arguments.Heads) + head), candidate);
            (best, greatest) = score > greatest ? (head, score) : (best, greatest);
        }

        return best;
    }
}
