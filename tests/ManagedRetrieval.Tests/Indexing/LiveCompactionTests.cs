using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Indexing;

public class LiveCompactionTests
{
    private static readonly Tensor<float> One = Tensor<float>.Of(new float[,] { { 1 } });

    [Fact]
    public void A_compaction_that_fails_or_is_cancelled_changes_nothing()
    {
        using var cancellation = new CancellationTokenSource();
        Action whileBuilding = () => throw new IOException("disk full");
        var index = new LiveIndex<int>(1, (source, token) =>
        {
            whileBuilding();
            token.ThrowIfCancellationRequested();
            return Build(source);
        });
        index.Upsert([1, 2, 3], Tensor<float>.Of(new float[,] { { 1 }, { 2 }, { 3 } }));
        index.Delete(2);
        ScoredCandidate<int>[] before = index.Search(One, 9)[0];
        Assert.Throws<IOException>(() => index.Compact());
        whileBuilding = cancellation.Cancel;
        Assert.Throws<OperationCanceledException>(() => index.Compact(null, cancellation.Token));
        Assert.Throws<OperationCanceledException>(() => index.Compact(null, cancellation.Token));
        Assert.Equal(2, index.Version);
        Assert.Equal(before, index.Search(One, 9)[0]);
        whileBuilding = () => { };
        Assert.True(index.Compact());
        Assert.False(index.Compact());
        ScoredCandidate<int>[] expected = [new(3, 3, 1), new(1, 1, 0)];
        Assert.Equal(expected, index.Search(One, 9)[0]);
        Assert.Equal((3, 0), (index.Version, index.Snapshot().Changes));
    }

    [Fact]
    public void What_is_written_while_an_index_is_built_is_carried_over_to_it()
    {
        LiveIndex<int> index = null!;
        index = new LiveIndex<int>(1, (source, _) =>
        {
            index.Upsert(1, [10]);
            index.Delete(2);
            index.Upsert([4, 5], Tensor<float>.Of(new float[,] { { 4 }, { 5 } }));
            index.Delete(4);
            return Build(source);
        });
        index.Upsert([1, 2, 3], Tensor<float>.Of(new float[,] { { 1 }, { 2 }, { 3 } }));
        index.Compact();
        ScoredCandidate<int>[] expected = [new(1, 10, 3), new(5, 5, 4), new(3, 3, 2)];
        Assert.Equal(expected, index.Search(One, 9)[0]);
        Assert.Equal((3, 6L), (index.Count, index.Version));
        Assert.True(index.Upsert(2, [2]));
        Assert.True(index.Upsert(4, [4]));
        Assert.False(index.Upsert(5, [5]));
    }

    [Fact]
    public void An_index_whose_candidates_are_all_deleted_becomes_empty_and_can_be_filled_again()
    {
        var index = new LiveIndex<int>(1, (source, _) => Build(source));
        index.Upsert([1, 2], Tensor<float>.Of(new float[,] { { 1 }, { 2 } }));
        index.Compact();
        index.Delete([1, 2]);
        Assert.Empty(index.Search(One, 9)[0]);
        Assert.True(index.Compact());
        Assert.Equal((0, 0), (index.Count, index.Snapshot().Candidates.Count));
        Assert.Empty(index.Search(One, 9)[0]);
        Assert.True(index.Upsert(2, [7]));
        Assert.Equal([new(2, 7, 0)], index.Search(One, 9)[0]);
    }

    [Fact]
    public async Task Compactions_wait_for_each_other_while_searches_and_writes_go_on()
    {
        int building = 0, builds = 0;
        using var entered = new SemaphoreSlim(0);
        using var leave = new SemaphoreSlim(0);
        var index = new LiveIndex<int>(1, (source, token) =>
        {
            Assert.Equal(1, Interlocked.Increment(ref building));
            builds++;
            entered.Release();
            leave.Wait(token);
            Interlocked.Decrement(ref building);
            return Build(source);
        });
        index.Upsert(1, [1]);
        Task<bool> first = index.CompactAsync();
        await entered.WaitAsync();
        index.Upsert(2, [2]);
        Task<bool> second = index.CompactAsync(), third = index.CompactAsync();
        Assert.Equal([2, 1], index.Search(One, 9)[0].Select(found => found.Identifier));
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => index.CompactAsync(null, cancellation.Token));
        leave.Release(2);
        bool[] worked = await Task.WhenAll(first, second, third);
        Assert.True(worked[0]);
        Assert.Equal((2, 2), (builds, worked.Count(did => did)));
        Assert.Equal(0, index.Snapshot().Changes);
        Assert.Equal(2, index.Count);
    }

    [Fact]
    public void Candidates_are_read_from_where_the_last_compaction_kept_them()
    {
        var kept = new List<CountedReads>();
        var progress = new List<CompactionProgress>();
        var index = new LiveIndex<int>(1, (source, _) =>
        {
            Assert.Same(kept[^1], source);
            return Build(source);
        }, options: new LiveIndexOptions<int>
        {
            Keep = (source, _) =>
            {
                int[] identifiers = [.. source.ReadBatches().SelectMany(batch => batch.Identifiers)];
                float[] rows = [.. source.ReadBatches().SelectMany(batch => batch.Embeddings.Span.ToArray())];
                kept.Add(new CountedReads(new TensorCandidates<int>(new Tensor<float>(new Shape(identifiers.Length, 1), rows), identifiers)));
                return kept[^1];
            },
        });
        int[] many = [.. Enumerable.Range(0, 5000)];
        index.Upsert(many, new Draw(96, 12).Tensor<float>(new Shape(5000, 1)));
        index.Compact(new Recorded(progress));
        Assert.Equal((0, 1), (kept[0].Reads - 1, kept.Count));
        index.Delete(many[..100]);
        index.Upsert(-1, [9]);
        index.Compact();
        Assert.Equal((3, 2), (kept[0].Reads, kept.Count));
        Assert.Equal([.. many[100..], -1], index.Snapshot().Candidates.ReadBatches().SelectMany(batch => batch.Identifiers));
        Assert.Contains(new CompactionProgress(4096, 5000), progress);
        Assert.Equal(new CompactionProgress(5000, 5000), progress[^1]);
    }

    [Fact]
    public void An_index_of_other_candidates_than_it_was_to_be_built_from_is_refused()
    {
        var index = new LiveIndex<int>(1, (_, _) => new BruteForceIndex<int>(new Tensor<float>(new Shape(2, 1)), [1, 2]));
        index.Upsert(1, [1]);
        Refusal.Of<InvalidOperationException>(() => index.Compact(), "compaction of 1 candidates", "built as 2");
        var cosine = new LiveIndex<int>(1, (source, _) => Build(source), Similarity.Cosine);
        cosine.Upsert(1, [1]);
        Refusal.Of<InvalidOperationException>(() => cosine.Compact(), "Cosine", "DotProduct");
        int[] identifiers = [1, 2];
        var candidates = new TensorCandidates<int>(new Tensor<float>(new Shape(2, 1)), identifiers);
        var changed = new LiveIndex<int>(new BruteForceIndex<int>(new Tensor<float>(new Shape(2, 1)), [1, 2]), candidates, (source, _) => Build(source));
        changed.Upsert(3, [1]);
        identifiers[1] = 5;
        Refusal.Of<InvalidOperationException>(() => changed.Compact(), "have changed", "number 1");
        Assert.Equal((1, 3), (changed.Version, changed.Count));
    }

    [Fact]
    public async Task Many_changes_start_a_compaction_where_that_is_asked_for()
    {
        bool fails = false;
        var index = new LiveIndex<int>(1, (source, _) => fails ? throw new IOException("disk full") : Build(source), options: new LiveIndexOptions<int> { CompactAt = 0.5 });
        int next = 0;
        Add(1024);
        Assert.Null(index.AutomaticCompaction);
        Add(1);
        await index.AutomaticCompaction!;
        Assert.Equal((0, 1025), (index.Snapshot().Changes, index.Count));

        fails = true;
        Add(1025);
        await Assert.ThrowsAsync<IOException>(() => index.AutomaticCompaction!);
        Task failed = index.AutomaticCompaction!;
        Add(1025);
        Assert.Same(failed, index.AutomaticCompaction);
        fails = false;
        Assert.True(index.Compact());
        Assert.Null(index.AutomaticCompaction);
        Assert.Equal((0, 3075), (index.Snapshot().Changes, index.Count));
        Add(1537);
        Assert.Null(index.AutomaticCompaction);
        Add(1);
        await index.AutomaticCompaction!;
        Assert.Equal((0, 4613), (index.Snapshot().Changes, index.Count));

        void Add(int count)
        {
            index.Upsert([.. Enumerable.Range(next, count)], new Tensor<float>(new Shape(count, 1)));
            next += count;
        }
    }

    [Fact]
    public void An_index_whose_rows_are_in_another_order_than_the_source_is_refused_and_nothing_changes()
    {
        var live = new LiveIndex<int>(1, (source, cancellationToken) =>
        {
            BruteForceIndex<int> built = BruteForceIndex<int>.Build(source, cancellationToken: cancellationToken);
            return new BruteForceIndex<int>(built.Embeddings, [.. built.Identifiers.Reverse()]);
        });
        live.Upsert([1, 2], Tensor<float>.Of(new float[,] { { 1 }, { 2 } }));
        long version = live.Version;
        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(() => live.Compact());
        Assert.Contains("row 0 of '2', expected '1'", refused.Message, StringComparison.Ordinal);
        Assert.Equal((version, 2), (live.Version, live.Count));
    }

    private static BruteForceIndex<int> Build(ICandidateSource<int> source) => BruteForceIndex<int>.Build(source);

    private sealed class CountedReads(ICandidateSource<int> source) : ICandidateSource<int>
    {
        public int Reads { get; private set; }

        public int Count => source.Count;

        public int Dimensions => source.Dimensions;

        public IEnumerable<CandidateBatch<int>> ReadBatches()
        {
            Reads++;
            return source.ReadBatches();
        }
    }

    private sealed class Recorded(List<CompactionProgress> progress) : IProgress<CompactionProgress>
    {
        public void Report(CompactionProgress value) => progress.Add(value);
    }
}
