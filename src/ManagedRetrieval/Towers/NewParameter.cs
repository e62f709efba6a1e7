using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Towers;

/// <summary>Parameters as layers are made with, and the random numbers that make them.</summary>
internal static class NewParameter
{
    /// <summary>[rows, columns], uniform in ±<paramref name="limit"/>.</summary>
    public static DenseParameter<T> Matrix<T>(string name, int rows, int columns, double limit, ulong seed, ulong stream)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var matrix = new DenseParameter<T>(name, new Tensor<T>(new Shape(rows, columns)));
        matrix.InitializeUniform(limit, seed, stream);
        return matrix;
    }

    /// <summary>[length], every element <paramref name="value"/>.</summary>
    public static DenseParameter<T> Vector<T>(string name, int length, T value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var vector = new DenseParameter<T>(name, new Tensor<T>(new Shape(length)));
        vector.Value.Span.Fill(value);
        return vector;
    }

    /// <summary>The limit of Glorot and Bengio (AISTATS 2010): √(6 / (inputs + outputs)).</summary>
    public static double Glorot(int inputs, int outputs) => Math.Sqrt(6.0 / ((double)inputs + outputs));

    /// <summary>
    /// A seed of its own for what a layer of this seed and stream needs beside its weights: streams of its parts, or dropout.
    /// Weights are drawn from position 0 on and never reach this one.
    /// </summary>
    public static ulong InnerSeed(ulong seed, ulong stream) => new CounterRandom(seed, stream).Bits(ulong.MaxValue);
}
