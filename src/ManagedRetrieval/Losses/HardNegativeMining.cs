using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Losses;

/// <summary>Keeps each row's positive and its hardest negatives, those with the largest logits.</summary>
/// <remarks>
/// Among equal logits the lowest column is kept. Which columns are kept is decided by values and carries no gradient.
/// After a sampling correction the loss of mined negatives is biased: they are no longer a sample.
/// </remarks>
/// <param name="numberOfHardNegatives">k; zero or negative keeps all, and so does a k that is no smaller than the number of negatives.</param>
public sealed class HardNegativeMining<T>(int numberOfHardNegatives)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly KeepEntries<T> _keep = new();

    /// <summary>The logits, [Q, C], with all but positives and the k hardest negatives of each row at −∞.</summary>
    /// <param name="logits">[Q, C]; row i's positive is column i. Entries of −∞ are removed already and never kept.</param>
    /// <param name="positives">Further columns that are no negatives: a ragged list for each row, first the row's own positive. By default that alone.</param>
    /// <exception cref="ArgumentException">The logits are no matrix with at least as many columns as rows, or the lists of positives do not fit.</exception>
    public Variable<T> Apply(Variable<T> logits, OpIndices positives = default)
    {
        LossCheck.Matrix(logits);
        LossCheck.Positives(nameof(positives), positives, logits.Shape);
        (int queries, int candidates) = (logits.Shape[0], logits.Shape[1]);
        if (numberOfHardNegatives <= 0 || numberOfHardNegatives >= candidates - 1)
        {
            return logits;
        }

        Tape<T> tape = logits.Tape;
        OpIndices own = positives.Offsets.IsEmpty ? PositiveColumns.Diagonal(tape, queries) : positives;
        Span<int> hardest = tape.AllocateIndices(queries * numberOfHardNegatives).Span;
        Span<int> found = tape.AllocateIndices(queries).Span;
        Mine(logits.Value, new PositiveColumns(own), hardest, found);
        var kept = new Kept { Positives = new PositiveColumns(own), Hardest = hardest, Found = found, Each = numberOfHardNegatives };
        return tape.Apply(_keep, [logits], ColumnLists.Of(tape, queries, kept));
    }

    private void Mine(Tensor<T> logits, PositiveColumns positives, Span<int> hardest, Span<int> found)
    {
        using var best = new Scratch<T>(hardest.Length);
        using var negatives = new Scratch<T>(logits.Shape.RowLength);
        found.Clear();
        var sink = new TopKSink<T>(numberOfHardNegatives, best.Span, hardest, found);
        for (int row = 0; row < found.Length; row++)
        {
            logits.Row(row).CopyTo(negatives.Span);
            foreach (int column in positives[row])
            {
                negatives.Span[column] = T.NegativeInfinity;
            }

            // NaN never enters the list of the best.
            negatives.Span.Replace(T.NegativeInfinity, T.NaN);
            sink.Accept(row, 0, negatives.Span);
        }
    }

    private ref struct Kept : ColumnLists.ISource
    {
        public required PositiveColumns Positives;
        public required ReadOnlySpan<int> Hardest;
        public required ReadOnlySpan<int> Found;
        public required int Each;

        public readonly void Write(int row, ref ColumnLists lists)
        {
            foreach (int column in Positives[row])
            {
                lists.Add(column);
            }

            foreach (int column in Rows.Of(Hardest, Each, row)[..Found[row]])
            {
                lists.Add(column);
            }
        }
    }
}
