using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.Retrieval;
using ManagedRetrieval.Tests.Persistence;

namespace ManagedRetrieval.Tests.Retrieval;

public sealed class SnapshotStoreTests
{
    [Fact]
    public void Numbers_and_vectors_come_back_to_the_bit()
    {
        double[] numbers = [0.0, -0.0, double.Epsilon, 1e-310, 1.0 / 3, double.MaxValue, double.MinValue, double.NaN, double.PositiveInfinity];
        Tensor<float> vectors = Tensor<float>.Of(new[,] { { 0f, -0f, float.Epsilon }, { float.MaxValue, 1f / 3, float.MinValue } });
        SnapshotStore store = Reopen(writing =>
        {
            writing.AddNumbers("numbers", numbers);
            writing.AddNumbers("none", []);
            writing.AddVectors("vectors", vectors);
        });

        Assert.Equal(numbers.Select(BitConverter.DoubleToInt64Bits), store.GetNumbers("numbers").Select(BitConverter.DoubleToInt64Bits));
        Assert.Empty(store.GetNumbers("none"));
        Tensor<float> after = store.GetVectors("vectors");
        Assert.Equal(vectors.Shape, after.Shape);
        Assert.Equal(vectors.Span.ToArray().Select(BitConverter.SingleToInt32Bits), after.Span.ToArray().Select(BitConverter.SingleToInt32Bits));
    }

    [Fact]
    public void What_is_missing_or_of_another_type_is_refused()
    {
        SnapshotStore store = Reopen(writing => writing.AddIntegers("integers", [1, 2]));

        Assert.Throws<SnapshotFormatException>(() => store.GetNumbers("integers"));
        Assert.Throws<SnapshotFormatException>(() => store.GetVectors("integers"));
        Assert.Throws<SnapshotFormatException>(() => store.GetNumbers("other"));
        Assert.Throws<SnapshotFormatException>(() => store.GetVectors("other"));
    }

    [Fact]
    public void Vectors_that_are_not_finite_are_not_written() => Assert.Throws<ArithmeticException>(
        () => new SnapshotStore(new SafetensorsWriter()).AddVectors("vectors", Tensor<float>.Of(new[,] { { float.NaN } })));

    private static SnapshotStore Reopen(Action<SnapshotStore> write)
    {
        var writer = new SafetensorsWriter();
        write(new SnapshotStore(writer));
        return new SnapshotStore(Samples.Load(Samples.Bytes(writer)));
    }
}
