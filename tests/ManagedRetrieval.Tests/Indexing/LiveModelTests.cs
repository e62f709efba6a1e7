using ManagedRetrieval.Indexing;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Indexing;

/// <summary>Random sequences of operations on a live index and on a plain list.</summary>
public class LiveModelTests
{
    /// <summary>Kinds of exact indexes that a live index stands on.</summary>
    private static readonly Dictionary<string, Func<ICandidateSource<int>, Similarity, TopKIndex<int>>> Kinds = new()
    {
        ["brute force"] = static (source, similarity) => BruteForceIndex<int>.Build(source, similarity: similarity),
        ["partitions, all probed"] = static (source, similarity) => PartitionedIndex<int>.Build(
            source, new() { Rescoring = PartitionedRescoring.FullPrecision, Partitions = 4 }, similarity).With(int.MaxValue, int.MaxValue),
    };

    public static TheoryData<string> KindNames => [.. Kinds.Keys];

    [Theory]
    [MemberData(nameof(KindNames))]
    public void Nothing_is_lost_and_nothing_excluded_or_deleted_is_found(string kind) => RandomCases.Check(
        draw => Run(draw, Kinds[kind], steps: draw.Size, longestBatch: 6, names: draw.Between(1, 20)),
        cases: 300,
        size: 100);

    [Theory]
    [MemberData(nameof(KindNames))]
    public void Nothing_is_lost_where_rows_fill_many_chunks_and_pages(string kind) => RandomCases.Check(
        draw => Run(draw, Kinds[kind], steps: draw.Size, longestBatch: 3000, names: 6000),
        cases: 5,
        size: 12);

    private static void Run(Draw draw, Func<ICandidateSource<int>, Similarity, TopKIndex<int>> build, int steps, int longestBatch, int names)
    {
        var model = new LiveModel(draw, build, longestBatch, names);
        for (int step = 0; step < steps; step++)
        {
            model.Step();
        }

        model.CheckSnapshots();
    }
}
