using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.FuzzHost;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Retrieval;
using ManagedRetrieval.Tests.Retrieval;
using static ManagedRetrieval.Tests.Indexing.MappedIndexFolder;

namespace ManagedRetrieval.Tests.Indexing;

/// <summary>Mapped indexes and retrievers let go of their files.</summary>
public sealed class IndexDisposalTests : IDisposable
{
    private readonly MappedIndexFolder _files = new();

    public static TheoryData<string> Kinds => [.. IndexKinds.Names];

    public void Dispose() => _files.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_disposed_index_refuses_by_name_and_its_file_is_no_longer_mapped_and_one_in_memory_answers_on(string kind)
    {
        TopKIndex<string> index = await _files.MapAsync(kind);
        ScoredCandidate<string>[][] answers = index.Search(Queries, 5, [["ż3"], null, Names[..50]]);
        index.Verify();
        await IndexFile.SaveAsync(index, _files.Target + ".copy");
        _files.CheckMapped(true);
        index.Dispose();
        index.Dispose();
        _files.CheckMapped(false);
        Assert.Contains(_files.Target, Assert.Throws<ObjectDisposedException>(() => index.Search(Queries, 5)).Message, StringComparison.Ordinal);
        Assert.Throws<ObjectDisposedException>(() => index.Verify());
        Assert.Throws<ObjectDisposedException>(() => index.Identifiers);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => IndexFile.SaveAsync(index, _files.Target));
        Assert.Equal((Rows, Dimensions), (index.Count, index.Dimensions));

        // Also under Windows.
        File.Delete(_files.Target);
        using TopKIndex<string> loaded = await IndexFile.LoadAsync<string>(_files.Target + ".copy");
        loaded.Dispose();
        Assert.Equal(answers, loaded.Search(Queries, 5, [["ż3"], null, Names[..50]]));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_search_that_runs_while_its_index_is_disposed_ends_as_usual_and_then_the_file_is_let_go(string kind)
    {
        using TopKIndex<string> index = await _files.MapAsync(kind);
        ScoredCandidate<string>[][] expected = index.Search(Queries, 5, new CandidateFilter<string> { Predicate = name => name.Length > 2 });
        bool asked = false;
        var filter = new CandidateFilter<string>
        {
            Predicate = name =>
            {
                asked = true;
                index.Dispose();
                _files.CheckMapped(true);
                return name.Length > 2;
            },
        };
        Assert.Equal(expected, index.Search(Queries, 5, filter));
        Assert.True(asked);
        _files.CheckMapped(false);
        Assert.Throws<ObjectDisposedException>(() => index.Search(Queries, 5, filter));
    }

    [Fact]
    public async Task Rows_and_identifiers_that_were_asked_for_stay_readable_and_the_index_refuses_all_the_same()
    {
        var index = (BruteForceIndex<string>)await _files.MapAsync("brute-force");
        Tensor<float> rows = index.Embeddings;
        ReadOnlySpan<float> row = rows.Row(7);
        index.Dispose();
        Assert.Equal(Candidates.Row(7).ToArray(), row.ToArray());
        Assert.Equal(Candidates.Row(8).ToArray(), rows.Row(8).ToArray());
        _files.CheckMapped(true);
        Assert.Throws<ObjectDisposedException>(() => index.Search(Queries, 5));

        var other = (Float16Index<string>)await _files.MapAsync("float16");
        IReadOnlyList<string> names = other.Identifiers;
        other.Dispose();
        Assert.Equal(Names, names);
        Assert.Throws<ObjectDisposedException>(() => other.Search(Queries, 5));
    }

    [Fact]
    public async Task A_disposed_retriever_refuses_and_its_file_is_no_longer_mapped()
    {
        Retriever<string, string, string> built = RetrieverSamples.Text();
        await built.SaveAsync(_files.Target);
        built.Dispose();
        Retriever<string, string, string> mapped = Retriever<string, string, string>.Map(_files.Target);
        Assert.Equal(built.Retrieve("red fish", 3), mapped.Retrieve("red fish", 3));
        ((TopKIndex<string>)mapped.Index).Verify();
        await mapped.SaveAsync(_files.Target + ".copy");
        _files.CheckMapped(true);
        mapped.Dispose();
        _files.CheckMapped(false);
        Assert.Contains(_files.Target, Assert.Throws<ObjectDisposedException>(() => mapped.Retrieve("red fish", 3)).Message, StringComparison.Ordinal);
        Assert.Throws<ObjectDisposedException>(() => mapped.Verify());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => mapped.SaveAsync(_files.Target));
    }

    [Fact]
    public async Task Threads_that_search_get_their_answers_or_a_refusal_while_another_one_disposes()
    {
        for (int round = 0; round < 120; round++)
        {
            string kind = IndexKinds.Names[round % IndexKinds.Names.Count];
            TopKIndex<string> index = await _files.MapAsync(kind);
            ScoredCandidate<string>[][] expected = index.Search(Queries, 4);
            using var start = new Barrier(3);
            Task[] searches = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
            {
                start.SignalAndWait();
                try
                {
                    while (true)
                    {
                        Assert.Equal(expected, index.Search(Queries, 4));
                    }
                }
                catch (ObjectDisposedException)
                {
                }
            }))];
            start.SignalAndWait();
            await Task.Yield();
            index.Dispose();
            await Task.WhenAll(searches);
            _files.CheckMapped(false);
        }
    }
}
