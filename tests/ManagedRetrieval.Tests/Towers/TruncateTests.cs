using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Tests.Training;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Towers;

/// <summary>The leading dimensions of embeddings on their own.</summary>
public class TruncateTests
{
    [Fact]
    public void Leading_columns_are_kept_and_scaled_to_length_1_anew_where_the_model_normalises() => RandomCases.Check(draw =>
    {
        bool normalize = draw.Bool();
        int dimensions = draw.Length(), kept = draw.Between(1, dimensions);
        var model = new TwoTowerModel<int[], int[]>(new GivenIds(5), new GivenIds(5), new() { Dimensions = dimensions, Normalize = normalize, Seed = draw.Seed });
        Tensor<float> embeddings = model.EmbedQueries([.. Enumerable.Range(0, draw.Length(minimum: 0)).Select(_ => draw.Ids(draw.Between(0, 3), 5))]);
        float[] before = embeddings.Span.ToArray();
        Tensor<float> truncated = model.Truncate(embeddings, kept);
        Assert.Equal(new Shape(embeddings.Shape.Rows, kept), truncated.Shape);
        Agree.InNorm<float>("truncated", SlowLayers.Flat(SlowTask.Leading(SlowTask.Rows(embeddings), kept, normalize)), truncated.Span, 1e-6);
        Assert.Equal(before, embeddings.Span.ToArray());
    });

    [Fact]
    public void Shapes_and_numbers_that_do_not_fit_are_refused()
    {
        var model = new TwoTowerModel<int[], int[]>(new GivenIds(5), new GivenIds(5), new() { Dimensions = 4 });
        Refusal.Of<ArgumentException>(() => model.Truncate(new Tensor<float>(new Shape(2, 3)), 2), "[m, 4]", "[2, 3]");
        Refusal.Of<ArgumentException>(() => model.Truncate(new Tensor<float>(new Shape(4)), 2), "[m, 4]", "[4]");
        Refusal.Of<ArgumentException>(() => model.Truncate(default, 2), "[m, 4]");
        Refusal.Of<ArgumentOutOfRangeException>(() => model.Truncate(new Tensor<float>(new Shape(2, 4)), 5), "dimensions");
        Refusal.Of<ArgumentOutOfRangeException>(() => model.Truncate(new Tensor<float>(new Shape(2, 4)), 0), "dimensions");
    }

    [Fact]
    public void The_numbers_of_a_model_are_kept_ascending()
    {
        Assert.Equal([1, 3, 4], RecordSamples.Builder(matryoshka: [4, 1, 3]).Build().MatryoshkaDimensions);
        Assert.Empty(RecordSamples.Builder().Build().MatryoshkaDimensions);
    }
}
