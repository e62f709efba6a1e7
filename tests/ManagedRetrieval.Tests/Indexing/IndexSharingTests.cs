using ManagedRetrieval.FuzzHost;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Retrieval;
using ManagedRetrieval.Tests.Retrieval;
using static ManagedRetrieval.Tests.Indexing.MappedIndexFolder;

namespace ManagedRetrieval.Tests.Indexing;

/// <summary>A mapped file that several indexes share, or that a live index stands on, is let go with the last of them.</summary>
public sealed class IndexSharingTests : IDisposable
{
    private readonly MappedIndexFolder _files = new();

    public static TheoryData<string> Kinds => [.. IndexKinds.Names];

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Settings_of_their_own_share_the_file_and_each_index_is_disposed_of_on_its_own()
    {
        foreach (int[] order in (int[][])[[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]])
        {
            var index = (PartitionedIndex<string>)await _files.MapAsync("codes-floats");
            PartitionedIndex<string> thorough = index.With(3, 50), tuned = index.Tune(0.9, Queries, new TensorCandidates<string>(Candidates, Names), k: 2);
            PartitionedIndex<string>[] all = [index, thorough, tuned, thorough.With(1, 9)];
            ScoredCandidate<string>[][][] answers = [.. all.Select(one => one.Search(Queries, 2))];
            for (int disposed = 0; disposed < all.Length; disposed++)
            {
                _files.CheckMapped(true);
                PartitionedIndex<string> one = all[order[disposed]];
                one.Dispose();
                one.Dispose();
                Assert.Throws<ObjectDisposedException>(() => one.Search(Queries, 2));
                Assert.Throws<ObjectDisposedException>(() => one.Verify());
                Assert.Throws<ObjectDisposedException>(() => one.Identifiers);
                Assert.Throws<ObjectDisposedException>(() => one.With(1, 1));
                Assert.Throws<ObjectDisposedException>(() => one.Tune(0.9, Queries, new TensorCandidates<string>(Candidates, Names)));
                foreach (int other in order[(disposed + 1)..])
                {
                    Assert.Equal(answers[other], all[other].Search(Queries, 2));
                    all[other].Verify();
                }
            }

            _files.CheckMapped(false);
        }
    }

    [Fact]
    public async Task Identifiers_that_one_of_them_gave_away_stay_readable_when_all_are_disposed()
    {
        var index = (PartitionedIndex<string>)await _files.MapAsync("codes-halves");
        PartitionedIndex<string> other = index.With(1, 9);
        IReadOnlyList<string> names = index.Identifiers;
        index.Dispose();
        other.Dispose();
        Assert.Equal(Names, names);
        Assert.Same(names, index.Identifiers);
        Assert.Throws<ObjectDisposedException>(() => other.Identifiers);
    }

    [Fact]
    public async Task Settings_of_their_own_that_threads_make_and_dispose_end_with_the_index_and_let_the_file_go()
    {
        for (int round = 0; round < 20; round++)
        {
            var index = (PartitionedIndex<string>)await _files.MapAsync("bytes");
            using var start = new Barrier(3);
            Task[] threads = [.. Enumerable.Range(0, 2).Select(thread => Task.Run(() =>
            {
                start.SignalAndWait();
                try
                {
                    while (true)
                    {
                        using PartitionedIndex<string> other = index.With(2, 12 + thread);
                        Assert.Equal(4, other.Search(Queries, 4)[0].Length);
                    }
                }
                catch (ObjectDisposedException)
                {
                }
            }))];
            start.SignalAndWait();
            await Task.Yield();
            index.Dispose();
            await Task.WhenAll(threads);
            _files.CheckMapped(false);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_live_index_keeps_no_mapped_index_that_a_compaction_has_replaced(string kind)
    {
        var mapped = new List<(TopKIndex<string> Index, string Path)> { (await _files.MapAsync(kind), _files.Target) };
        var live = new LiveIndex<string>(mapped[0].Index, new TensorCandidates<string>(Candidates, Names), (source, _) =>
        {
            string path = $"{_files.Target}-{mapped.Count}";
            CandidateBatch<string> all = Assert.Single(source.ReadBatches());
            IndexFile.Write(IndexKinds.Make(kind, all.Embeddings, [.. all.Identifiers], Similarity.DotProduct)).Write(path);
            mapped.Add((IndexFile.Map<string>(path), path));
            return mapped[^1].Index;
        });
        for (int round = 0; round < 2; round++)
        {
            live.Upsert($"new {round}", Candidates.Row(round));
            LiveSnapshot<string> before = live.Snapshot();
            Assert.Equal([.. Names, .. Enumerable.Range(0, round + 1).Select(added => $"new {added}")], before.Candidates.ReadBatches().SelectMany(batch => batch.Identifiers));
            Assert.True(live.Compact());
            (TopKIndex<string> index, string path) = mapped[round];
            Assert.Equal(OperatingSystem.IsLinux(), IsMapped(path));
            index.Dispose();
            Assert.False(IsMapped(path));
            File.Delete(path);
            Assert.Throws<ObjectDisposedException>(() => before.Search(Queries, 1));
            Assert.Throws<ObjectDisposedException>(() => before.Candidates.ReadBatches().Count());
        }

        Assert.Equal(Rows + 2, live.Count);
        Assert.Equal(5, live.Search(Queries, 5)[0].Length);
        mapped[2].Index.Dispose();
    }

    [Fact]
    public async Task Candidates_that_are_read_while_their_index_is_disposed_are_read_to_the_end()
    {
        TopKIndex<string> index = await _files.MapAsync("bytes");
        var live = new LiveIndex<string>(index, new TensorCandidates<string>(Candidates, Names, batchRows: 7), (_, _) => throw new NotSupportedException());
        using IEnumerator<CandidateBatch<string>> batches = live.Snapshot().Candidates.ReadBatches().GetEnumerator();
        Assert.True(batches.MoveNext());
        index.Dispose();
        _files.CheckMapped(true);
        Assert.Equal(Names, batches.Current.Identifiers);
        Assert.False(batches.MoveNext());
        _files.CheckMapped(false);
    }

    [Fact]
    public async Task What_was_made_of_the_index_of_a_retriever_outlives_it()
    {
        Retriever<string, string, string> built = RetrieverSamples.Text();
        var rows = (BruteForceIndex<string>)built.Index;
        var partitioned = PartitionedIndex<string>.Build(rows.Embeddings, rows.Identifiers, new() { Partitions = 2 });
        await new Retriever<string, string, string>(built.Model, partitioned).SaveAsync(_files.Target);
        Retriever<string, string, string> mapped = Retriever<string, string, string>.Map(_files.Target);
        PartitionedIndex<string> other = ((PartitionedIndex<string>)mapped.Index).With(2, 6);
        mapped.Dispose();
        Assert.Throws<ObjectDisposedException>(() => mapped.Retrieve("red fish", 3));
        _files.CheckMapped(true);
        Assert.Equal(partitioned.With(2, 6).Search(rows.Embeddings, 3), other.Search(rows.Embeddings, 3));
        other.Dispose();
        _files.CheckMapped(false);
    }
}
