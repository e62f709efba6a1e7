using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Retrieval;
using ManagedRetrieval.Tests.Towers;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Retrieval;

public class RetrieverRoundTripTests
{
    private static readonly string[] Queries = ["red fish", "żółw 🐢", "", "something else entirely"];

    [Theory]
    [CombinatorialTowers]
    public void A_text_model_answers_alike_after_a_round_trip(BagCombiner combiner, bool shareTable, bool linear, bool normalize)
    {
        var options = new TwoTowerOptions { Dimensions = 5, Combiner = combiner, ShareTable = shareTable, Linear = linear, Normalize = normalize, Seed = 9 };
        Retriever<string, string, string> loaded = Check(RetrieverSamples.Text(options), Queries);
        Tower<float> query = loaded.Model.QueryTower;
        Tower<float> candidate = loaded.Model.CandidateTower;
        Assert.Equal(shareTable, ReferenceEquals(query.Table, candidate.Table));
        Assert.Equal((shareTable ? 1 : 2) + (linear ? 4 : 0), loaded.Model.Parameters.Count);
        Assert.All([query, candidate], tower =>
        {
            Assert.Equal(combiner, tower.Combiner);
            Assert.Equal(linear, tower.Linear is not null);
            Assert.Equal(normalize, tower.Normalize);
        });
    }

    [Fact]
    public void Every_type_of_id_answers_alike_after_a_round_trip()
    {
        int[] ints = [1, int.MinValue, int.MaxValue];
        long[] longs = [-1, long.MinValue, long.MaxValue];
        string[] strings = ["", "a", "żółw 🐢\n\0"];
        Check(RetrieverSamples.Ids(ints, ints, ints), [.. ints, 77]);
        Check(RetrieverSamples.Ids(ints, longs, strings), [.. ints, 78]);
        Check(RetrieverSamples.Ids(ints, strings, longs), ints);
        Check(RetrieverSamples.Ids(longs, ints, longs), [.. longs, 79]);
        Check(RetrieverSamples.Ids(longs, longs, longs), longs);
        Check(RetrieverSamples.Ids(longs, strings, ints), longs);
        Check(RetrieverSamples.Ids(strings, ints, strings), [.. strings, "unknown"]);
        Check(RetrieverSamples.Ids(strings, longs, ints), strings);
        Check(RetrieverSamples.Ids(strings, strings, strings), strings);
    }

    [Fact]
    public void Id_models_keep_shared_tables_layers_and_a_vocabulary_without_buckets()
    {
        var options = new TwoTowerOptions { Dimensions = 2, ShareTable = true, Linear = true, Combiner = BagCombiner.SqrtN };
        Retriever<int, long, string> loaded = Check(RetrieverSamples.Ids([3, 4], [5L, 6L], ["x", "y"], options, buckets: 0), [3, 4]);
        Assert.Same(loaded.Model.QueryTower.Table, loaded.Model.CandidateTower.Table);
        Assert.Throws<KeyNotFoundException>(() => loaded.Retrieve(5, 1));
    }

    [Fact]
    public void Texts_and_ids_can_be_mixed()
    {
        var text = new TextFeature(new TextFeatureOptions { Buckets = 7 });
        var ids = new IdFeature<long>(new Vocabulary<long>([10, 20, 30], 1));
        var model = new TwoTowerModel<string, long>(text, ids, new TwoTowerOptions { Dimensions = 4 });
        Check(Retriever<string, long, int>.Build(model, [10, 20, 30], [1, 2, 3]), Queries);
    }

    [Fact]
    public void Towers_with_one_layer_in_common_still_have_it_after_a_round_trip()
    {
        var feature = new TextFeature(new TextFeatureOptions { Buckets = 7 });
        var table = new EmbeddingTable<float>("table", new Tensor<float>(new Shape(7, 3)));
        table.InitializeUniform(1, 1, 0);
        Linear<float> linear = Linear<float>.Create("both", 3, 4, 1, 1);
        var model = BagTower.Model(
            feature, BagTower.Of<float>(table, BagCombiner.Mean, linear), feature, BagTower.Of<float>(table, BagCombiner.Sum, linear));
        Retriever<string, string, int> loaded = Check(Retriever<string, string, int>.Build(model, ["a", "b c"], [1, 2]), Queries);
        Assert.Equal(3, loaded.Model.Parameters.Count);
        Assert.Same(loaded.Model.QueryTower.Linear!.Weights, loaded.Model.CandidateTower.Linear!.Weights);
        Assert.Same(loaded.Model.QueryTower.Linear!.Bias, loaded.Model.CandidateTower.Linear!.Bias);
    }

    private static Retriever<TQuery, TCandidate, TId> Check<TQuery, TCandidate, TId>(Retriever<TQuery, TCandidate, TId> retriever, TQuery[] queries)
        where TId : notnull
    {
        byte[] bytes = RetrieverSamples.Bytes(retriever);
        Retriever<TQuery, TCandidate, TId> loaded = RetrieverSamples.Read<TQuery, TCandidate, TId>(bytes);
        Assert.Equal(bytes, RetrieverSamples.Bytes(loaded));
        ScoredCandidate<TId>[][] before = retriever.Retrieve(queries, 99);
        ScoredCandidate<TId>[][] after = loaded.Retrieve(queries, 99);
        Assert.Equal(before, after);
        Assert.Equal(Bits(before), Bits(after));
        Assert.All(after, answers => Assert.Equal(retriever.Index.Count, answers.Length));
        return loaded;
    }

    // Equality of numbers does not tell 0 from -0.
    private static IEnumerable<int> Bits<TId>(ScoredCandidate<TId>[][] answers) =>
        answers.SelectMany(list => list.Select(answer => BitConverter.SingleToInt32Bits(answer.Score)));

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class CombinatorialTowersAttribute : Xunit.Sdk.DataAttribute
    {
        public override IEnumerable<object[]> GetData(System.Reflection.MethodInfo testMethod) =>
            from combiner in Enum.GetValues<BagCombiner>()
            from flags in Enumerable.Range(0, 8)
            select new object[] { combiner, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0 };
    }
}
