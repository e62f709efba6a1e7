using System.Diagnostics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Features;
using ManagedRetrieval.Losses;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Tests.Tasks;

namespace ManagedRetrieval.Tests.Losses;

public class RemoveAccidentalHitsTests
{
    [Fact]
    public void Hits_are_those_of_a_double_loop() => RandomCases.Check(
        draw =>
        {
            int candidates = draw.Length(minimum: 0);
            int queries = draw.Between(0, candidates);
            long spacing = draw.OneOf(1, -1, 1 << 20, 0x1_0000_0000, 0x1_0000_0001, long.MinValue + 1);
            long[] keys = [.. draw.Ids(candidates, draw.Between(1, Math.Max(1, candidates))).Select(id => id * spacing)];
            var tape = new Tape<float>();

            // As int, long keys may coincide; the double loop looks at what was given.
            int[] ints = Array.ConvertAll(keys, key => unchecked((int)key));
            Check(RemoveAccidentalHits<float>.Find(tape, ints, queries), queries, candidates, (i, j) => ints[i] == ints[j]);
            Check(RemoveAccidentalHits<float>.Find(tape, keys, queries), queries, candidates, (i, j) => keys[i] == keys[j]);
            Check(RemoveAccidentalHits<float>.Find(tape, RetrievalCase.Ids(keys, IdKind.Text), queries), queries, candidates, (i, j) => keys[i] == keys[j]);
        },
        cases: 300,
        size: 40);

    [Fact]
    public void Strings_are_compared_ordinally()
    {
        // Equal in most cultures' eyes: composed and decomposed, cases, and a character that sorting ignores.
        string[] ids = ["\u00e9", "e\u0301", "E\u0301", "a", "A", "a\u200d", "a"];
        OpIndices hits = RemoveAccidentalHits<float>.Find(new Tape<float>(), ids, ids.Length);
        Assert.Equal([6, 3], hits.Values.ToArray());
        Assert.Equal([0, 0, 0, 0, 1, 1, 1, 2], hits.Offsets.ToArray());
    }

    [Theory]
    [InlineData((int)IdKind.Int)]
    [InlineData((int)IdKind.Long)]
    public void Ids_that_share_their_low_bits_take_no_longer(int kind)
    {
        // Where all ids fall into one bucket, this is a double loop over 20,000: seconds, not milliseconds.
        const int Candidates = 20_000;
        var tape = new Tape<float>();
        CandidateIds spread = RetrievalCase.Ids([.. Enumerable.Range(0, Candidates).Select(i => (long)i)], (IdKind)kind);
        CandidateIds shared = RetrievalCase.Ids([.. Enumerable.Range(0, Candidates).Select(i => (long)i << 16)], (IdKind)kind);
        RemoveAccidentalHits<float>.Find(tape, spread, Candidates);
        double fast = Enumerable.Range(0, 3).Min(_ => Seconds(spread));
        double slow = Enumerable.Range(0, 3).Min(_ => Seconds(shared));
        Assert.True(slow < 0.02 + (30 * fast), $"{slow} s against {fast} s");

        double Seconds(CandidateIds ids)
        {
            long start = Stopwatch.GetTimestamp();
            RemoveAccidentalHits<float>.Find(tape, ids, Candidates);
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }

    private static void Check(OpIndices hits, int queries, int candidates, Func<int, int, bool> same)
    {
        List<int> columns = [];
        List<int> offsets = [0];
        for (int i = 0; i < queries; i++)
        {
            columns.AddRange(Enumerable.Range(0, candidates).Where(j => j != i && same(i, j)));
            offsets.Add(columns.Count);
        }

        Assert.Equal(columns, hits.Values.ToArray());
        Assert.Equal(offsets, hits.Offsets.ToArray());
    }
}
