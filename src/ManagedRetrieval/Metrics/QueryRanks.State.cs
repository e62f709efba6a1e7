using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Metrics;

/// <content>Ranks in a file.</content>
public sealed partial class QueryRanks
{
    private const int BlockNumbers = 4;

    /// <summary>
    /// Adds a copy: <c>prefix.blocks</c> I32 [blocks, 4], <c>prefix.offsets</c> I32 [queries + 1], <c>prefix.negatives</c> I32 [queries]
    /// and <c>prefix.counts</c> I64 [4].
    /// </summary>
    internal void AddTo(SafetensorsWriter writer, string prefix)
    {
        int[] blocks = new int[BlockNumbers * _offsets[^1]];
        for (int i = 0; i < _offsets[^1]; i++)
        {
            RankBlock block = _blocks[i];
            Span<int> numbers = blocks.AsSpan(BlockNumbers * i, BlockNumbers);
            (numbers[0], numbers[1], numbers[2], numbers[3]) = (block.Above, block.Others, block.Positives, block.PositivesAbove);
        }

        writer.Add(prefix + ".blocks", blocks, _offsets[^1], BlockNumbers);
        writer.AddCopy(prefix + ".offsets", _offsets, _offsets.Length);
        writer.AddCopy(prefix + ".negatives", _negatives, _negatives.Length);
        writer.Add(
            prefix + ".counts", (long[])[Counts.ScoredPairs, Counts.TiedPositives, Counts.NaNPositives, Counts.NaNCompetitors], BlockNumbers);
    }

    /// <summary>What <see cref="AddTo"/> saved.</summary>
    /// <exception cref="SnapshotFormatException">A tensor is missing or of another type or shape, or the offsets do not ascend from 0 to the number of blocks.</exception>
    internal static QueryRanks Read(SafetensorsFile file, string prefix)
    {
        int[] offsets = file.GetInts(prefix + ".offsets"), blocks = file.GetInts(prefix + ".blocks"), negatives = file.GetInts(prefix + ".negatives");
        file.RequireShape(prefix + ".counts", SafetensorsType.I64, BlockNumbers);
        long[] counts = file.GetLongs(prefix + ".counts");
        if (offsets.Length != negatives.Length + 1)
        {
            throw SnapshotFormatException.InTensor(
                file.Source, prefix + ".offsets", FormattableString.Invariant($"has {offsets.Length} elements, expected {negatives.Length + 1}."));
        }

        for (int i = 0; i < offsets.Length; i++)
        {
            if (offsets[i] < (i == 0 ? 0 : offsets[i - 1]) || (i == 0 && offsets[i] != 0) || BlockNumbers * (long)offsets[^1] != blocks.Length)
            {
                throw SnapshotFormatException.InTensor(
                    file.Source, prefix + ".offsets", FormattableString.Invariant($"must ascend from 0 to {blocks.Length / BlockNumbers}."));
            }
        }

        var read = new RankBlock[offsets[^1]];
        for (int i = 0; i < read.Length; i++)
        {
            ReadOnlySpan<int> numbers = blocks.AsSpan(BlockNumbers * i, BlockNumbers);
            read[i] = new RankBlock(numbers[0], numbers[1], numbers[2], numbers[3]);
        }

        return new QueryRanks(read, offsets, negatives, new RankingCounts(counts[0], (int)counts[1], (int)counts[2], counts[3]));
    }
}
