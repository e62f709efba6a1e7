using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Losses;

/// <summary>Takes out negatives that bear the id of the row's own positive: the same candidate standing twice in a batch.</summary>
public sealed class RemoveAccidentalHits<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly RemoveEntries<T> _remove = new();

    /// <summary>The logits, [Q, C], with hits at −∞.</summary>
    /// <param name="logits">[Q, C]; row i's positive is column i.</param>
    /// <param name="candidateIds">One for each column.</param>
    /// <param name="positives">Further columns that are no negatives: a ragged list for each row, first the row's own positive. By default that alone.</param>
    /// <exception cref="ArgumentException">The ids are missing, null or of another number, or the lists of positives do not fit.</exception>
    public Variable<T> Apply(Variable<T> logits, CandidateIds candidateIds, OpIndices positives = default)
    {
        LossCheck.Matrix(logits);
        LossCheck.Positives(nameof(positives), positives, logits.Shape);
        LossCheck.Ids(nameof(candidateIds), candidateIds, logits.Shape[1], "candidates", nameof(RemoveAccidentalHits<>));
        return logits.Tape.Apply(_remove, [logits], Find(logits.Tape, candidateIds, logits.Shape[0], positives));
    }

    /// <summary>Each row's hits, ascending.</summary>
    internal static OpIndices Find(Tape<T> tape, CandidateIds ids, int queries, OpIndices positives = default) =>
        ColumnLists.Of(tape, queries, new Hits { Ids = ids, Table = IdTable.Of(tape, ids), Positives = new PositiveColumns(positives) });

    private ref struct Hits : ColumnLists.ISource
    {
        public required CandidateIds Ids;
        public required IdTable Table;
        public required PositiveColumns Positives;

        public readonly void Write(int row, ref ColumnLists lists)
        {
            for (int j = Table.Next(Ids, row); j >= 0; j = Table.Next(Ids, row, j))
            {
                if (!Positives.Has(row, j))
                {
                    lists.Add(j);
                }
            }
        }
    }
}
