using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Benchmarks;

/// <summary>What kernels are fed with.</summary>
internal static class Numbers
{
    /// <summary>Uniform between −0.5 and 0.5.</summary>
    public static Tensor<float> Uniform(Shape shape, ulong stream)
    {
        var random = new CounterRandom(1, stream);
        var tensor = new Tensor<float>(shape);
        for (int i = 0; i < shape.Length; i++)
        {
            tensor.Span[i] = (float)random.Uniform((ulong)i) - 0.5f;
        }

        return tensor;
    }
}
