using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Losses;

/// <summary>Takes out negatives that are known to be right for the row's query.</summary>
public sealed class RemoveKnownPositives<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly RemoveEntries<T> _remove = new();

    /// <summary>The logits, [Q, C], with known positives at −∞. The row's own positive stays.</summary>
    /// <param name="logits">[Q, C]; row i's positive is column i.</param>
    /// <param name="candidateIds">One for each column.</param>
    /// <param name="knownPositives">A ragged list of ids for each row; ids that no candidate bears are no matter.</param>
    /// <param name="positives">Further columns that are no negatives: a ragged list for each row, first the row's own positive. By default that alone.</param>
    /// <exception cref="ArgumentException">Ids are missing, null, of another number or of different types, or the offsets or the lists of positives do not fit.</exception>
    public Variable<T> Apply(Variable<T> logits, CandidateIds candidateIds, KnownPositives knownPositives, OpIndices positives = default)
    {
        LossCheck.Matrix(logits);
        LossCheck.Positives(nameof(positives), positives, logits.Shape);
        LossCheck.Ids(nameof(candidateIds), candidateIds, logits.Shape[1], "candidates", nameof(RemoveKnownPositives<>));
        LossCheck.Known(nameof(knownPositives), knownPositives, candidateIds, logits.Shape[0]);
        return logits.Tape.Apply(_remove, [logits], Find(logits.Tape, candidateIds, knownPositives, logits.Shape[0], positives));
    }

    /// <summary>Each row's columns that bear one of its ids, none twice.</summary>
    internal static OpIndices Find(Tape<T> tape, CandidateIds ids, KnownPositives knownPositives, int queries, OpIndices positives)
    {
        var known = new Known
        {
            Ids = knownPositives.Ids,
            Offsets = knownPositives.Offsets.Span,
            Table = IdTable.Of(tape, ids),
            Seen = tape.AllocateIndices(ids.Count).Span,
            Positives = new PositiveColumns(positives),
        };
        known.Seen.Clear();
        return ColumnLists.Of(tape, queries, known);
    }

    private ref struct Known : ColumnLists.ISource
    {
        public required CandidateIds Ids;
        public required ReadOnlySpan<int> Offsets;
        public required IdTable Table;
        public required PositiveColumns Positives;

        /// <summary>For each column in which call it was last added: a list may name an id twice.</summary>
        public required Span<int> Seen;
        private int _calls;

        public void Write(int row, ref ColumnLists lists)
        {
            _calls++;
            for (int which = Offsets[row]; which < Offsets[row + 1]; which++)
            {
                for (int j = Table.Next(Ids, which); j >= 0; j = Table.Next(Ids, which, j))
                {
                    if (Seen[j] != _calls && !Positives.Has(row, j))
                    {
                        Seen[j] = _calls;
                        lists.Add(j);
                    }
                }
            }
        }
    }
}
