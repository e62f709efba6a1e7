using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Features;

public sealed class VectorFeatureTests
{
    [Fact]
    public void A_known_key_has_its_row_and_an_unknown_one_zeros() => RandomCases.Check(draw =>
    {
        int width = draw.Length();
        int[] keys = [.. Enumerable.Range(0, draw.Length()).Select(i => i * 3)];
        Tensor<float> vectors = draw.Tensor<float>(new Shape(keys.Length, width));
        var feature = new FrozenVectorFeature<int>(keys, vectors);
        var strict = new FrozenVectorFeature<int>(keys, vectors, refuseUnknown: true);

        Assert.Equal(width, feature.Width);
        for (int i = 0; i < keys.Length; i++)
        {
            Assert.Equal(vectors.Row(i).ToArray(), Encoded.Numbers(feature, keys[i]));
            Assert.Equal(vectors.Row(i).ToArray(), Encoded.Numbers(strict, keys[i]));
            Assert.Equal(new float[width], Encoded.Numbers(feature, keys[i] + 1));
            Refusal.Of<KeyNotFoundException>(() => Encoded.Numbers(strict, keys[i] + 1), $"'{keys[i] + 1}'");
        }
    });

    [Fact]
    public void Keys_are_compared_by_code_units()
    {
        Tensor<float> vectors = Tensor<float>.Of(new float[,] { { 1 }, { 2 }, { 3 }, { 4 } });
        var feature = new FrozenVectorFeature<string>(["", "i", "\uD83C", "\u00E9"], vectors);

        Encoded.UnderCulture("tr-TR", () =>
        {
            Assert.Equal([1], Encoded.Numbers(feature, ""));
            Assert.Equal([3], Encoded.Numbers(feature, "\uD83C"));
            Assert.All((string[])["I", "\u0130", "\uFFFD", "e\u0301"], key => Assert.Equal([0], Encoded.Numbers(feature, key)));
        });
    }

    [Fact]
    public void A_vector_of_the_record_is_passed_on_as_it_is() =>
        Assert.Equal([1, -2.5f, float.Epsilon], Encoded.Numbers(new VectorFeature(3), new float[] { 1, -2.5f, float.Epsilon }));

    [Fact]
    public void A_vector_that_cannot_be_passed_on_is_refused_and_nothing_is_written()
    {
        var feature = new VectorFeature(2);
        float[] destination = [7, 7];
        Encoded.UnderCulture("tr-TR", () =>
        {
            Refusal.Of<ArgumentException>(() => feature.Encode(default, destination), "input must have a length of 2, not 0");
            Refusal.Of<ArgumentException>(() => feature.Encode(new float[3], destination), "input must have a length of 2, not 3");
            Refusal.Of<ArgumentException>(() => feature.Encode(new float[] { 1, float.NaN }, destination), "Element 1 of input is NaN");
            Refusal.Of<ArgumentException>(() => feature.Encode(new float[] { float.NegativeInfinity, 1 }, destination), "Element 0 of input is -Infinity");
        });
        Assert.Equal([7, 7], destination);
        Encoded.RefusesOtherLengths(feature, new float[2]);
    }

    [Fact]
    public void Encoding_allocates_nothing()
    {
        var frozen = new FrozenVectorFeature<string>(["a"], Tensor<float>.Of(new float[,] { { 1, 2 } }));
        var feature = new VectorFeature(2);
        float[] destination = new float[2];
        float[] vector = [1, 2];
        Assert.Equal(0, Allocated.ByOneOf(() =>
        {
            frozen.Encode("a", destination);
            frozen.Encode("b", destination);
            feature.Encode(vector, destination);
        }));
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Tensor<float> vectors = Tensor<float>.Of(new float[,] { { 1, 2 }, { 3, 4 } });
        var feature = new FrozenVectorFeature<string>(["a", "b"], vectors);
        Encoded.RefusesOtherLengths(feature, "a");
        Encoded.RefusesOtherLengths(feature, "unknown");
        Assert.Throws<ArgumentNullException>("input", () => feature.Encode(null!, new float[2]));
        Assert.Throws<ArgumentNullException>("keys", () => new FrozenVectorFeature<string>(null!, vectors));
        Assert.Throws<ArgumentException>("keys", () => new FrozenVectorFeature<string>(["a", "a"], vectors));
        Assert.Throws<ArgumentException>("keys", () => new FrozenVectorFeature<string>(["a", null!], vectors));
        Assert.Throws<ArgumentException>("keys", () => new FrozenVectorFeature<string>([], vectors));
        Refusal.Of<ArgumentException>(() => _ = new FrozenVectorFeature<string>(["a"], vectors), "vectors must have the shape [1, width]", "not [2, 2]");
        Assert.Throws<ArgumentException>("vectors", () => new FrozenVectorFeature<string>(["a"], default));
        Assert.Throws<ArgumentException>("vectors", () => new FrozenVectorFeature<string>(["a", "b"], new Tensor<float>(new Shape(2, 0))));
        Assert.Throws<ArgumentException>("vectors", () => new FrozenVectorFeature<string>(["a", "b"], Tensor<float>.Of(1, 2)));
        Assert.Throws<ArgumentException>("vectors", () => new FrozenVectorFeature<string>(["a"], Tensor<float>.Of(new[,] { { 1, float.NaN } })));
        Assert.Throws<ArgumentOutOfRangeException>("width", () => new VectorFeature(0));
        Assert.Throws<NotSupportedException>(() => new FrozenVectorFeature<Guid>([Guid.Empty], vectors.Rows(0, 1)));
    }
}
