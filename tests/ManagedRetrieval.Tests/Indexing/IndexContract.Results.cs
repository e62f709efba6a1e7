using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Indexing;

/// <content>Where answers are written.</content>
public abstract partial class IndexContract
{
    [Fact]
    public void More_than_there_are_gives_all_and_no_queries_give_no_answers()
    {
        ITopKIndex<string> index = Build<string>(Tensor<float>.Of(new float[,] { { 1 }, { 3 }, { 2 } }), ["a", "b", "a"]);
        Assert.Equal((3, 1), (index.Count, index.Dimensions));
        Assert.Equal(["b", "a", "a"], index.Search(Tensor<float>.Of(new float[,] { { 1 } }), int.MaxValue)[0].Select(found => found.Identifier));
        Assert.Empty(index.Search(new Tensor<float>(new Shape(0, 1)), 5));
    }

    [Fact]
    public void Null_in_the_third_place_is_no_filter()
    {
        ITopKIndex<string> index = Build<string>(Tensor<float>.Of(new float[,] { { 1 }, { 3 }, { 2 } }), ["a", "b", "c"]);
        Tensor<float> query = Tensor<float>.Of(new float[,] { { 1 } });
        ScoredCandidate<string>[][] found = index.Search(query, 2);
        Assert.Equal(["b", "c"], found[0].Select(candidate => candidate.Identifier));
        Assert.Equal(found, index.Search(query, 2, null));
        Assert.Equal(found, index.Search(query, 2, default));
        Assert.Equal(found, index.Search(query, 2, null, CancellationToken.None));
        Assert.Equal(found, TopKIndexExtensions.Search(index, query, 2, null));
        Assert.Equal(found, index.Search(query, 2, exclusions: null));
    }

    [Fact]
    public void Results_hold_the_last_search_alone()
    {
        ITopKIndex<string> index = Build<string>(Tensor<float>.Of(new float[,] { { 1 }, { 3 }, { 2 } }), ["a", "b", "c"]);
        var results = new TopKResults<string>();
        index.Search(Tensor<float>.Of(new float[,] { { 1 }, { -1 } }), 3, results);
        Assert.Equal(["a", "c", "b"], results.Identifiers(1).ToArray());
        index.Search(Tensor<float>.Of(new float[,] { { 2 } }), 2, new CandidateFilter<string> { Exclusions = [["b", "a"]] }, results);
        Assert.Equal((1, 2, 1), (results.Queries, results.K, results.Count(0)));
        Assert.Equal(["c"], results.Identifiers(0).ToArray());
        Assert.Equal([2], results.Rows(0).ToArray());
    }

    [Fact]
    public void Results_that_are_used_again_allocate_no_more_than_is_said()
    {
        var draw = new Draw(84, 12);
        Tensor<float> rows = draw.Tensor<float>(new Shape(2000, 8)), queries = draw.Tensor<float>(new Shape(3, 2, 8));
        string[] identifiers = [.. Enumerable.Range(0, 2000).Select(row => $"item {row}")];
        using var team = new WorkerTeam(2);
        ITopKIndex<string> index = Build(rows, identifiers, team);
        var results = new TopKResults<string>();
        CandidateFilter<string>?[] filters =
        [
            null,
            new() { Exclusions = [identifiers[..40], null, identifiers[100..103].ToList()] },
            new() { Inclusions = [identifiers[..40], null, identifiers[100..103]], Exclusions = [identifiers[..4], null, null] },
            new() { Predicate = static identifier => identifier.EndsWith('7') },
        ];
        foreach (CandidateFilter<string>? filter in filters)
        {
            Assert.InRange(Allocated.ByOneOf(() => index.Search(queries, 10, filter, results), warmUp: 5), 0, Allocates);
        }
    }
}
