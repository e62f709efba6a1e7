using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Indexing.Partitioned;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Tests.Indexing.Partitioned;

namespace ManagedRetrieval.Tests.Indexing;

/// <summary>Building a partitioned index, tuning it, and what both refuse.</summary>
public class PartitionedBuildTests
{
    [Fact]
    public void Each_row_is_in_the_list_of_its_nearest_centroid_and_lists_ascend()
    {
        Tensor<float> candidates = PlainPartitions.Clustered(new Draw(81, 12), 2000, 10, 20);
        PartitionedStore store = PartitionedIndexTests.Build(candidates, PartitionedLists.FourBit, PartitionedRescoring.EightBit).Store;
        int before = -1, beforeList = -1;
        foreach ((int row, int list) in PlainPartitions.Places(store))
        {
            double[] distances = [.. Enumerable.Range(0, store.Partitions).Select(
                i => Math.Sqrt(Enumerable.Range(0, 10).Sum(d => Math.Pow(store.Parts.Centroids.Span[(i * 10) + d] - candidates.Row(row)[d], 2))))];
            Assert.Equal(distances.Min(), distances[list], 1e-4);
            Assert.True(list != beforeList || row > before);
            (before, beforeList) = (row, list);
        }
    }

    [Fact]
    public void Another_seed_trains_otherwise()
    {
        Tensor<float> candidates = PlainPartitions.Clustered(new Draw(82, 12), 500, 10, 20);
        PartitionedStore Of(ulong seed) =>
            PartitionedIndex<int>.Build(candidates, PlainPartitions.Numbers(500), new PartitionedOptions { Partitions = 9, TrainingRows = 100, Seed = seed }).Store;
        Assert.NotEqual(Of(1).Parts.Centroids.ToArray(), Of(2).Parts.Centroids.ToArray());
    }

    [Fact]
    public void Progress_comes_to_the_end_of_each_stage_in_turn()
    {
        var reports = new Reports();
        Tensor<float> candidates = PlainPartitions.Clustered(new Draw(83, 12), 500, 10, 20);
        PartitionedIndex<int>.Build(new PartitionedIndexTests.InBatches(candidates, 100), new PartitionedOptions { Partitions = 9 }, progress: reports);
        Assert.Equal(reports.All.Select(report => report.Stage).Order(), reports.All.Select(report => report.Stage));
        Assert.Equal(Enum.GetValues<PartitionedBuildStage>(), reports.All.Select(report => report.Stage).Distinct());
        Assert.Contains(new PartitionedBuildProgress(PartitionedBuildStage.Encoding, 500, 500), reports.All);
    }

    [Fact]
    public void Building_and_searching_can_be_cancelled()
    {
        Tensor<float> candidates = PlainPartitions.Clustered(new Draw(84, 12), 500, 10, 20);
        Assert.ThrowsAny<OperationCanceledException>(
            () => PartitionedIndex<int>.Build(candidates, PlainPartitions.Numbers(500), cancellationToken: new CancellationToken(true)));
        PartitionedIndex<int> index = PartitionedIndex<int>.Build(candidates, PlainPartitions.Numbers(500));
        Assert.ThrowsAny<OperationCanceledException>(() => index.Search(candidates.Rows(0, 3), 2, null, new TopKResults<int>(), new CancellationToken(true)));
    }

    [Fact]
    public void Options_and_rows_out_of_range_are_refused()
    {
        Tensor<float> candidates = PlainPartitions.Clustered(new Draw(85, 12), 50, 600, 2);
        PartitionedOptions[] wrong =
        [
            new() { Partitions = 0 }, new() { Probes = 0 }, new() { Rescored = 0 }, new() { SubspaceDimensions = 0 }, new() { SubspaceDimensions = 2 }, new() { TrainingRows = 0 },
            new() { Iterations = 0 }, new() { AnisotropicThreshold = 1 }, new() { AnisotropicThreshold = -0.1f }, new() { AnisotropicThreshold = float.NaN },
            new() { Lists = (PartitionedLists)9 }, new() { Rescoring = (PartitionedRescoring)9 },
        ];
        Assert.All(wrong, options => Assert.Throws<ArgumentOutOfRangeException>(nameof(options), () => PartitionedIndex<int>.Build(candidates, PlainPartitions.Numbers(50), options)));
        candidates.Span[7] = 1e16f;
        Assert.Contains("row 0", Assert.Throws<ArgumentException>(() => PartitionedIndex<int>.Build(candidates, PlainPartitions.Numbers(50))).Message, StringComparison.Ordinal);
        candidates.Span[7] = 70_000;
        Assert.Throws<ArgumentException>(
            () => PartitionedIndex<int>.Build(candidates, PlainPartitions.Numbers(50), new PartitionedOptions { Rescoring = PartitionedRescoring.HalfPrecision }));
        candidates.Span[7] = float.NaN;
        Assert.Throws<ArgumentException>(() => PartitionedIndex<int>.Build(candidates, PlainPartitions.Numbers(50)));
    }

    [Theory]
    [InlineData(1 << 30, 4, null, null, PartitionedLists.FourBit, "source")]
    [InlineData(1 << 30, 1, 1 << 30, null, PartitionedLists.FourBit, "Partitions")]
    [InlineData(100_000_000, 4, 50_000_000, null, PartitionedLists.FourBit, "Partitions")]
    [InlineData(100_000_000, 4, 50_000_000, null, PartitionedLists.EightBit, "Partitions")]
    [InlineData(600_000_000, 1, null, null, PartitionedLists.EightBit, "Lists")]
    [InlineData(1000, 20_000, null, 12_000, PartitionedLists.FourBit, "SubspaceDimensions")]
    [InlineData(1, 2_000_000_000, null, int.MaxValue, PartitionedLists.FourBit, "SubspaceDimensions")]
    public void What_one_array_could_not_hold_is_refused_by_its_name_before_a_row_is_read(
        int rows, int dimensions, int? partitions, int? subspaceDimensions, PartitionedLists lists, string name)
    {
        var options = new PartitionedOptions { Partitions = partitions, SubspaceDimensions = subspaceDimensions, Lists = lists };
        ArgumentException refused = Assert.ThrowsAny<ArgumentException>(() => PartitionedIndex<int>.Build(new Unread(rows, dimensions), options));
        Assert.StartsWith(name, refused.Message, StringComparison.Ordinal);
        Assert.Contains("one array", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1 << 30, 1, null, PartitionedLists.FourBit)]
    [InlineData(500_000_000, 1, null, PartitionedLists.EightBit)]
    [InlineData(10_000, 131_071, null, PartitionedLists.EightBit)]
    [InlineData(30_000_000, 64, int.MaxValue, PartitionedLists.FourBit)]
    public void What_arrays_can_hold_is_begun_with(int rows, int dimensions, int? trainingRows, PartitionedLists lists) =>
        Assert.Throws<InvalidOperationException>(
            () => PartitionedIndex<int>.Build(new Unread(rows, dimensions), new PartitionedOptions { TrainingRows = trainingRows, Lists = lists }));

    [Fact]
    public void Sub_spaces_wider_than_the_rows_are_as_wide_as_they_are()
    {
        Tensor<float> candidates = PlainPartitions.Clustered(new Draw(90, 12), 200, 5, 4);
        byte[] Of(int width) => PlainPartitions.Bytes(
            PartitionedIndex<int>.Build(candidates, PlainPartitions.Numbers(200), new PartitionedOptions { Partitions = 3, SubspaceDimensions = width }).Store);
        Assert.Equal(Of(5), Of(int.MaxValue));
    }

    [Fact]
    public void A_source_that_gives_other_rows_than_it_says_or_gave_before_is_refused()
    {
        Tensor<float> rows = PlainPartitions.Clustered(new Draw(86, 12), 30, 4, 2);
        Refusal.Of<InvalidDataException>(() => PartitionedIndex<int>.Build(new Unsteady(31, 4, _ => rows)), "31 candidates", "ends after 30");
        Refusal.Of<InvalidDataException>(() => PartitionedIndex<int>.Build(new Unsteady(29, 4, _ => rows)), "29 candidates", "at least 30");
        Refusal.Of<InvalidDataException>(() => PartitionedIndex<int>.Build(new Unsteady(30, 5, _ => rows)), "5 dimensions", "[30, 4]");
        Refusal.Of<InvalidDataException>(() => PartitionedIndex<int>.Build(new Unsteady(30, 4, pass => pass < 2 ? rows : rows.Rows(0, 20))), "ends after 20");
        Assert.Equal(30, PartitionedIndex<int>.Build(new Unsteady(30, 4, _ => rows)).Count);
    }

    [Fact]
    public void Parts_that_do_not_fit_together_are_refused()
    {
        Tensor<float> candidates = PlainPartitions.Clustered(new Draw(87, 12), 300, 6, 5);
        foreach (PartitionedLists lists in Enum.GetValues<PartitionedLists>())
        {
            foreach (PartitionedRescoring rescoring in Enum.GetValues<PartitionedRescoring>())
            {
                PartitionedParts parts = PartitionedIndexTests.Build(candidates, lists, rescoring).Store.Parts;
                _ = new PartitionedStore(parts);
                int[] offsets = parts.Offsets.ToArray(), rows = parts.Rows.ToArray();
                (offsets[1], offsets[2]) = (offsets[2] + 1, offsets[1]);
                rows[3] = rows[4];
                float[] centroids = parts.Centroids.ToArray();
                centroids[5] = float.NaN;
                PartitionedParts[] wrong =
                [
                    parts with { Dimensions = 5 }, parts with { Dimensions = 0 }, parts with { Centroids = parts.Centroids[1..] }, parts with { Centroids = centroids },
                    parts with { Offsets = offsets }, parts with { Offsets = parts.Offsets[..^1] }, parts with { Offsets = parts.Offsets[..1] }, parts with { Offsets = default },
                    parts with { Rows = rows }, parts with { Rows = parts.Rows[1..] }, parts with { Rows = default },
                ];
                Assert.All(wrong, part => Assert.Throws<ArgumentException>(() => new PartitionedStore(part)));
                if (!parts.Codes.IsEmpty)
                {
                    Assert.Throws<ArgumentException>(() => new PartitionedStore(parts with { Codes = parts.Codes[1..] }));
                    Assert.Throws<ArgumentException>(() => new PartitionedStore(parts with { Codewords = parts.Codewords[1..] }));
                    Assert.Throws<ArgumentException>(() => new PartitionedStore(parts with { Subspaces = 2 }));
                    Assert.Throws<ArgumentException>(() => new PartitionedStore(parts with { Subspaces = 0 }));
                }

                if (!parts.Packed.IsEmpty)
                {
                    Assert.Throws<ArgumentException>(() => new PartitionedStore(parts with { Packed = parts.Packed[1..] }));
                }

                if (!parts.Scales.IsEmpty)
                {
                    Assert.Throws<ArgumentException>(() => new PartitionedStore(parts with { Scales = parts.Scales[1..] }));
                }

                if (rescoring == PartitionedRescoring.HalfPrecision)
                {
                    Assert.Throws<ArgumentException>(() => new PartitionedStore(parts with { Halves = parts.Halves[1..] }));
                }
            }
        }
    }

    [Theory]
    [InlineData(PartitionedLists.FourBit, Similarity.DotProduct)]
    [InlineData(PartitionedLists.EightBit, Similarity.Cosine)]
    public void Tuning_reaches_the_recall_that_it_measured_and_clearly_fewer_probes_do_not(PartitionedLists lists, Similarity similarity)
    {
        var draw = new Draw(88, 12);
        Tensor<float> candidates = PlainPartitions.Clustered(draw, 9000, 16, 60), queries = draw.Tensor<float>(new Shape(50, 16));
        PartitionedIndex<int> index = PartitionedIndex<int>.Build(candidates, PlainPartitions.Numbers(9000), new PartitionedOptions { Partitions = 90, Lists = lists }, similarity);
        ScoredCandidate<int>[][] exact = new BruteForceIndex<int>(candidates, PlainPartitions.Numbers(9000), similarity: similarity).Search(queries, 10);
        Assert.Null(index.Measured);
        foreach (double target in (double[])[0.5, 0.8, 0.95])
        {
            PartitionedIndex<int> tuned = index.Tune(target, queries, new PartitionedIndexTests.InBatches(candidates, 4000));
            MeasuredRecall measured = Assert.IsType<MeasuredRecall>(tuned.Measured);
            Assert.Equal((10, 50, tuned.Probes, tuned.Rescored), (measured.K, measured.Queries, measured.Probes, measured.Rescored));
            Assert.Equal(PartitionedIndexTests.Recall(exact, tuned.Search(queries, 10)), measured.Recall, 1e-9);
            Assert.InRange(measured.Recall, target, 1);
            Assert.True(tuned.Probes == 1 || PartitionedIndexTests.Recall(exact, tuned.With(Math.Max(1, tuned.Probes * 6 / 10), tuned.Rescored).Search(queries, 10)) < target);
        }
    }

    [Fact]
    public void Tuning_refuses_what_cannot_be_measured()
    {
        Tensor<float> candidates = PlainPartitions.Clustered(new Draw(89, 12), 100, 4, 6);
        PartitionedIndex<int> index = PartitionedIndex<int>.Build(candidates, PlainPartitions.Numbers(100));
        var source = new TensorCandidates<int>(candidates, PlainPartitions.Numbers(100));
        Assert.All((double[])[0, -1, 1.01, double.NaN], target => Assert.Throws<ArgumentOutOfRangeException>(() => index.Tune(target, candidates, source)));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Tune(0.9, candidates, source, 0));
        Assert.Throws<ArgumentException>("heldQueries", () => index.Tune(0.9, new Tensor<float>(new Shape(0, 4)), source));
        Assert.Throws<ArgumentException>(() => index.Tune(0.9, new Tensor<float>(new Shape(1, 5)), source));
        Assert.Throws<ArgumentException>("source", () => index.Tune(0.9, candidates, new TensorCandidates<int>(candidates.Rows(0, 99), PlainPartitions.Numbers(99))));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.With(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.With(1, 0));
    }

    private sealed class Reports : IProgress<PartitionedBuildProgress>
    {
        public List<PartitionedBuildProgress> All { get; } = [];

        public void Report(PartitionedBuildProgress value) => All.Add(value);
    }

    private sealed class Unread(int count, int dimensions) : ICandidateSource<int>
    {
        public int Count => count;

        public int Dimensions => dimensions;

        public IEnumerable<CandidateBatch<int>> ReadBatches() => throw new InvalidOperationException();
    }

    private sealed class Unsteady(int count, int dimensions, Func<int, Tensor<float>> rows) : ICandidateSource<int>
    {
        private int _passes;

        public int Count => count;

        public int Dimensions => dimensions;

        public IEnumerable<CandidateBatch<int>> ReadBatches()
        {
            Tensor<float> of = rows(++_passes);
            yield return new CandidateBatch<int>(of, PlainPartitions.Numbers(of.Shape.Rows));
        }
    }
}
