using System.Numerics;

namespace ManagedRetrieval.Engine.Kernels.SoftmaxLoss;

/// <summary>For each row the columns that are no negatives, ascending without repetition.</summary>
internal ref struct Exclusions<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public required SoftmaxArguments<T> Arguments;

    /// <summary>How many there are at most.</summary>
    public readonly int Most() => checked(Arguments.Positives.Length + Arguments.Removed.Length + (Arguments.Mask.IsEmpty ? 0 : Arguments.Mask.Count(false)));

    /// <summary>Writes them and where each row's start.</summary>
    /// <returns>How many there are.</returns>
    public readonly int Fill(Span<int> columns, Span<int> offsets)
    {
        int filled = 0, candidates = Arguments.CandidateCount;
        for (int i = 0; i < Arguments.QueryCount; i++)
        {
            offsets[i] = filled;
            int end = filled;
            Append(Arguments.Positives, Arguments.PositiveOffsets, i, columns, ref end);
            if (!Arguments.Removed.IsEmpty)
            {
                Append(Arguments.Removed, Arguments.RemovedOffsets, i, columns, ref end);
            }

            // Of a row that the mask drops nothing is excluded, since nothing of it is used.
            if (!Arguments.Mask.IsEmpty && Arguments.Mask[(i * candidates) + i])
            {
                ReadOnlySpan<bool> row = Arguments.Mask.Slice(i * candidates, candidates);
                for (int next, j = 0; (next = row[j..].IndexOf(false)) >= 0; j++)
                {
                    j += next;
                    columns[end++] = j;
                }
            }

            Span<int> own = columns[filled..end];
            own.Sort();
            int kept = filled;
            for (int e = 0; e < own.Length; e++)
            {
                if (e == 0 || own[e] != columns[kept - 1])
                {
                    columns[kept++] = own[e];
                }
            }

            filled = kept;
        }

        offsets[Arguments.QueryCount] = filled;
        return filled;
    }

    private static void Append(ReadOnlySpan<int> lists, ReadOnlySpan<int> offsets, int row, Span<int> columns, ref int end)
    {
        ReadOnlySpan<int> own = lists[offsets[row]..offsets[row + 1]];
        own.CopyTo(columns[end..]);
        end += own.Length;
    }
}
