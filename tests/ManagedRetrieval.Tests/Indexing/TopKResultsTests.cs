using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;

namespace ManagedRetrieval.Tests.Indexing;

public class TopKResultsTests
{
    [Fact]
    public void What_an_earlier_search_found_is_not_kept_where_a_later_one_finds_less()
    {
        var index = new BruteForceIndex<string>(Tensor<float>.Of(new float[,] { { 1 }, { 3 }, { 2 } }), ["a", "b", "c"]);
        var results = new TopKResults<string>();
        Tensor<float> queries = Tensor<float>.Of(new float[,] { { 1 }, { -1 }, { 2 } });
        index.Search(queries, 3, results);
        index.Search(queries.Rows(0, 2), 3, new CandidateFilter<string> { Exclusions = [["b", "c"], null] }, results);
        results.Prepare(3, 3);
        Assert.Equal("a..acb...", Kept());
        results.FindNothing(0);
        results.Prepare(3, 3);
        Assert.Equal(".........", Kept());

        string Kept() => string.Concat(Enumerable.Range(0, 3).SelectMany(query => results.IdentifiersOf(query).ToArray()).Select(identifier => identifier ?? "."));
    }
}
