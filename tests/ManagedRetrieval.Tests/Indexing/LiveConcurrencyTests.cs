using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;

namespace ManagedRetrieval.Tests.Indexing;

/// <summary>Readers, writers and compactions at once.</summary>
public class LiveConcurrencyTests
{
    /// <summary>Candidates that are always replaced together, with one marker as the embedding of all.</summary>
    private const int Together = 40;

    /// <summary>Where the identifiers start that are added once and deleted once, in ascending order.</summary>
    private const int Passing = 1000;

    private static readonly Tensor<float> One = Tensor<float>.Of(new float[,] { { 1 } });

    [Fact]
    public async Task A_search_sees_every_batch_whole_and_nothing_that_was_deleted_before_it()
    {
        const int Changes = 1500;
        var index = new LiveIndex<int>(1, (source, _) => Build(source));
        int[] together = [.. Enumerable.Range(0, Together)];
        Replace(0);
        int deletedBelow = Passing, ended = 0;
        Task[] writers =
        [
            Task.Run(() =>
            {
                for (int marker = 1; marker <= Changes; marker++)
                {
                    Replace(marker);
                }
            }),
            Task.Run(() =>
            {
                // Each lives for three changes.
                for (int identifier = Passing; identifier < Passing + Changes; identifier++)
                {
                    Assert.True(index.Upsert(identifier, [-identifier]));
                    if (identifier - 3 >= Passing)
                    {
                        Assert.True(index.Delete(identifier - 3));
                        Volatile.Write(ref deletedBelow, identifier - 2);
                    }
                }
            }),
            Task.Run(() =>
            {
                for (int compaction = 0; compaction < Changes / 20; compaction++)
                {
                    index.Compact();
                }
            }),
        ];
        Task readers = Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(Read)));
        await Task.WhenAll(writers);
        Volatile.Write(ref ended, 1);
        await readers;
        Assert.Equal(Together + 3, index.Count);
        index.Compact();
        ScoredCandidate<int>[] found = index.Search(One, 100)[0];
        Assert.Equal([.. together, Passing + Changes - 3, Passing + Changes - 2, Passing + Changes - 1], found.Select(candidate => candidate.Identifier));
        Assert.All(found[..Together], candidate => Assert.Equal(Changes, candidate.Score));

        void Replace(int marker)
        {
            var rows = new Tensor<float>(new Shape(Together, 1));
            rows.Span.Fill(marker);
            index.Upsert(together, rows);
        }

        void Read()
        {
            var results = new TopKResults<int>();
            var seen = new HashSet<int>();
            long version = 0;
            float marker = 0;
            for (bool last = false; !last;)
            {
                last = Volatile.Read(ref ended) == 1;
                int below = Volatile.Read(ref deletedBelow);
                LiveSnapshot<int> snapshot = index.Snapshot();
                Assert.True(snapshot.Version >= version, "the version went back");
                version = snapshot.Version;
                index.Search(One, 200, results);
                ReadOnlySpan<int> identifiers = results.Identifiers(0);
                ReadOnlySpan<float> scores = results.Scores(0);
                Assert.InRange(identifiers.Length, Together, Together + 4);
                Assert.True(scores[0] >= marker, "an earlier batch came back");
                marker = scores[0];
                seen.Clear();
                for (int i = 0; i < identifiers.Length; i++)
                {
                    Assert.True(seen.Add(identifiers[i]), "an identifier came twice");
                    if (i < Together)
                    {
                        Assert.InRange(identifiers[i], 0, Together - 1);
                        Assert.Equal(marker, scores[i]);
                    }
                    else
                    {
                        Assert.True(identifiers[i] >= below, "a deleted candidate came back");
                        Assert.Equal(-identifiers[i], scores[i]);
                    }
                }
            }
        }
    }

    [Fact]
    public async Task No_update_is_lost_among_writers_and_compactions()
    {
        const int Writers = 4, Each = 600, Names = 25;
        var index = new LiveIndex<string>(1, (source, _) => Build(source), options: new LiveIndexOptions<string> { CompactAt = 0.1 });
        int added = 0, deleted = 0, shared = 0, ended = 0;
        Task compactions = Task.Run(() =>
        {
            while (Volatile.Read(ref ended) == 0)
            {
                index.Compact();
            }
        });
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() =>
        {
            for (int change = 0; change < Each; change++)
            {
                // A name that is this writer's own, and one that all of them fight for.
                Interlocked.Add(ref added, index.Upsert($"{writer} {change % Names}", [change]) ? 1 : 0);
                Interlocked.Add(ref shared, index.Upsert("all", [writer]) ? 1 : 0);
                if (change % 7 == 0)
                {
                    Interlocked.Add(ref deleted, index.Delete([$"{writer} {change % Names}", $"{writer} {(change + 1) % Names}", "none"]));
                }
            }
        })));
        Volatile.Write(ref ended, 1);
        await compactions;
        await (index.AutomaticCompaction ?? Task.CompletedTask);
        Assert.Equal(1, shared);
        Assert.Equal(added - deleted + 1, index.Count);
        var expected = new Dictionary<string, float>();
        for (int change = 0; change < Each; change++)
        {
            expected[$"{change % Names}"] = change;
            if (change % 7 == 0)
            {
                expected.Remove($"{change % Names}");
                expected.Remove($"{(change + 1) % Names}");
            }
        }

        ScoredCandidate<string>[] found = index.Search(One, 1000)[0];
        for (int writer = 0; writer < Writers; writer++)
        {
            Assert.Equal(
                expected.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => ($"{writer} {pair.Key}", pair.Value)),
                found.Where(candidate => candidate.Identifier.StartsWith($"{writer} ", StringComparison.Ordinal))
                    .OrderBy(candidate => candidate.Identifier, StringComparer.Ordinal).Select(candidate => (candidate.Identifier, candidate.Score)));
        }
    }

    private static BruteForceIndex<TId> Build<TId>(ICandidateSource<TId> source)
        where TId : notnull => BruteForceIndex<TId>.Build(source);
}
