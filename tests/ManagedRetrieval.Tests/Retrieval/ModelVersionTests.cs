using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Retrieval;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Tests.Towers;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Retrieval;

public class ModelVersionTests
{
    private static readonly long[] Keys = [4, 5];

    [Fact]
    public void Models_that_are_equal_in_all_are_of_one_version() =>
        Assert.Equal(ModelVersion.Of(Model(new IdFeature<long>(new Vocabulary<long>(Keys, 1)))), ModelVersion.Of(Model(new IdFeature<long>(new Vocabulary<long>(Keys, 1)))));

    [Fact]
    public void Equal_parameters_below_other_vocabularies_or_descriptions_are_of_other_versions()
    {
        string[] versions =
        [
            ModelVersion.Of(Model(new IdFeature<long>(new Vocabulary<long>(Keys, 1)))),
            ModelVersion.Of(Model(new IdFeature<long>(new Vocabulary<long>([5, 4], 1)))),
            ModelVersion.Of(Model(new IdFeature<long>(new Vocabulary<long>([4, 6], 1)))),
            ModelVersion.Of(Model(new IdFeature<long>(new Vocabulary<long>(Keys, 1, seed: 1)))),
            ModelVersion.Of(Model(new IdFeature<long>(new Vocabulary<long>([4], outOfVocabularyBuckets: 2)))),
            ModelVersion.Of(Model(new IdFeature<int>(new Vocabulary<int>([4, 5], 1)))),
            ModelVersion.Of(Model(new IdFeature<string>(new Vocabulary<string>(["4", "ż"], 1)))),
            ModelVersion.Of(Model(new IdFeature<string>(new Vocabulary<string>(["4ż", ""], 1)))),
            ModelVersion.Of(Model(new IdFeature<long>(new Vocabulary<long>(Keys, 1)), combiner: BagCombiner.Sum)),
            ModelVersion.Of(Model(new IdFeature<long>(new Vocabulary<long>(Keys, 1)), normalize: true)),
            ModelVersion.Of(Model(new IdFeature<long>(new Vocabulary<long>(Keys, 1)), name: "other")),
            ModelVersion.Of(Model(new IdFeature<long>(new Vocabulary<long>(Keys, 1)), bump: 1)),
        ];
        Assert.Equal(versions.Length, versions.Distinct().Count());
    }

    [Fact]
    public void An_index_of_a_model_with_another_vocabulary_is_refused()
    {
        Retriever<long, int, string> one = RetrieverSamples.Ids([4L, 5], [7, 8, -9], ["x", "y", "z"]), other = RetrieverSamples.Ids([4L, 6], [7, 8, -9], ["x", "y", "z"]);
        Refusal.Of<ArgumentException>(() => _ = new Retriever<long, int, string>(other.Model, one.Index), "stale", "'index'");
        _ = new Retriever<long, int, string>(RetrieverSamples.Ids([4L, 5], [7, 8, -9], ["x", "y", "z"]).Model, one.Index);
    }

    [Fact]
    public void A_vocabulary_or_description_that_was_exchanged_in_a_file_makes_its_index_stale()
    {
        byte[] whole = RetrieverSamples.Bytes(RetrieverSamples.Ids());
        RetrieverSamples.Refused<long, int, string>(
            RetrieverSamples.WithTensor(whole, "query.query.keys", writer => writer.AddCopy("query.query.keys", [4L, 5], 2)), "it is stale");
        RetrieverSamples.Refused<long, int, string>(RetrieverSamples.WithValue(whole, "query.features.0.feature.seed", 4), "it is stale");
        RetrieverSamples.Refused<long, int, string>(RetrieverSamples.WithValue(whole, "candidate.tower.normalize", true), "it is stale");
    }

    [Fact]
    public void Blanks_in_a_files_description_and_names_beyond_ASCII_change_nothing()
    {
        var feature = new IdFeature<long>(new Vocabulary<long>(Keys, 1));
        TwoTowerModel<long, long> model = Model(feature, name: "żółw 🐢 \"");
        byte[] bytes = RetrieverSamples.Bytes(Retriever<long, long, string>.Build(model, [4, 5], ["x", "y"]));
        string spaced = System.Text.Json.Nodes.JsonNode.Parse(RetrieverSamples.Description(bytes))!
            .ToJsonString(new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        Retriever<long, long, string> read = RetrieverSamples.Read<long, long, string>(RetrieverSamples.WithDescription(bytes, spaced));
        Assert.Equal(ModelVersion.Of(model), ((TopKIndex<string>)read.Index).ModelVersion);
        Assert.Equal(bytes, RetrieverSamples.Bytes(read));
    }

    [Fact]
    public void A_model_that_cannot_be_saved_is_told_apart_by_its_parameters()
    {
        var table = new EmbeddingTable<float>("table", new Tensor<float>(new Shape(4, 3)));
        Tower<float> tower = BagTower.Of(table);
        TwoTowerModel<int[], int[]> model = BagTower.Model(new GivenIds(4), tower, new GivenIds(4), tower);
        string before = ModelVersion.Of(model);
        Assert.Equal((16, before), (before.Length, ModelVersion.Of(model)));
        table.Value.Span[7] = 1;
        string after = ModelVersion.Of(model);
        Assert.NotEqual(before, after);
        table.Value.Span[7] = float.NaN;
        Assert.Equal(3, new[] { before, after, ModelVersion.Of(model) }.Distinct().Count());
    }

    private static TwoTowerModel<TKey, TKey> Model<TKey>(IdFeature<TKey> feature, BagCombiner combiner = BagCombiner.Mean, bool normalize = false, string name = "input", float bump = 0)
        where TKey : notnull, IEquatable<TKey>
    {
        var table = new EmbeddingTable<float>("table", new Tensor<float>(new Shape(feature.RowCount, 2)));
        for (int i = 0; i < table.Value.Span.Length; i++)
        {
            table.Value.Span[i] = i + bump;
        }

        Tower<float> tower = BagTower.Of(table, combiner, normalize: normalize, feature: name);
        return new(FeatureSet<TKey>.Of(name, feature), tower, FeatureSet<TKey>.Of(name, feature), tower);
    }
}
