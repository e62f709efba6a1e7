using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Demo.Models;

/// <summary>Where items lie in the plane of their two principal components.</summary>
/// <param name="Points">x and y of each item, in turn; the largest magnitude is 1.</param>
/// <param name="Variance">The share of the variance that the plane shows.</param>
internal sealed record ItemPlane(float[] Points, double Variance)
{
    private const int Rounds = 100;

    /// <summary>The plane of embeddings.</summary>
    /// <remarks>Subspace iteration on the covariance, in double: each round multiplies two vectors by it and makes them orthonormal again.</remarks>
    /// <param name="embeddings">[items, dimensions].</param>
    public static ItemPlane Of(Tensor<float> embeddings)
    {
        (int items, int dimensions) = (embeddings.Shape[0], embeddings.Shape[1]);
        (double[] mean, double[] covariance) = Moments(embeddings);

        // Any start will do that is not at right angles to the components.
        double[][] axes = [[.. Enumerable.Range(1, dimensions).Select(d => Math.Sin(d))], [.. Enumerable.Range(1, dimensions).Select(d => Math.Cos(2 * d))]];
        double[] shown = new double[2];
        for (int round = 0; round < Rounds; round++)
        {
            axes = [.. axes.Select(axis => Product(covariance, axis))];
            shown[0] = Normalize(axes[0]);
            TensorPrimitives.MultiplyAdd(axes[0], -TensorPrimitives.Dot<double>(axes[0], axes[1]), axes[1], axes[1]);
            shown[1] = Normalize(axes[1]);
        }

        float[] points = new float[2 * items];
        double[] row = new double[dimensions];
        for (int item = 0; item < items; item++)
        {
            Center(embeddings.Row(item), mean, row);
            points[2 * item] = (float)TensorPrimitives.Dot<double>(row, axes[0]);
            points[(2 * item) + 1] = (float)TensorPrimitives.Dot<double>(row, axes[1]);
        }

        float greatest = TensorPrimitives.MaxMagnitude<float>(points);
        if (greatest != 0)
        {
            TensorPrimitives.Divide(points, MathF.Abs(greatest), points);
        }

        double all = 0;
        for (int d = 0; d < dimensions; d++)
        {
            all += covariance[(d * dimensions) + d];
        }

        return new ItemPlane(points, all > 0 ? (shown[0] + shown[1]) / all : 0);
    }

    private static (double[] Mean, double[] Covariance) Moments(Tensor<float> embeddings)
    {
        (int items, int dimensions) = (embeddings.Shape[0], embeddings.Shape[1]);
        double[] mean = new double[dimensions], covariance = new double[dimensions * dimensions], row = new double[dimensions];
        for (int item = 0; item < items; item++)
        {
            Center(embeddings.Row(item), default, row);
            TensorPrimitives.Add(mean, row, mean);
        }

        TensorPrimitives.Divide(mean, items, mean);
        for (int item = 0; item < items; item++)
        {
            Center(embeddings.Row(item), mean, row);
            for (int d = 0; d < dimensions; d++)
            {
                Span<double> line = covariance.AsSpan(d * dimensions, dimensions);
                TensorPrimitives.MultiplyAdd(row, row[d], line, line);
            }
        }

        TensorPrimitives.Divide(covariance, items, covariance);
        return (mean, covariance);
    }

    private static void Center(ReadOnlySpan<float> embedding, ReadOnlySpan<double> mean, Span<double> row)
    {
        for (int d = 0; d < row.Length; d++)
        {
            row[d] = embedding[d] - (mean.IsEmpty ? 0 : mean[d]);
        }
    }

    private static double[] Product(double[] matrix, double[] vector)
    {
        double[] product = new double[vector.Length];
        for (int d = 0; d < vector.Length; d++)
        {
            product[d] = TensorPrimitives.Dot<double>(matrix.AsSpan(d * vector.Length, vector.Length), vector);
        }

        return product;
    }

    /// <summary>Scales to length 1 and returns the length; what has none stays 0.</summary>
    private static double Normalize(double[] vector)
    {
        double length = TensorPrimitives.Norm<double>(vector);
        if (length > 0)
        {
            TensorPrimitives.Divide(vector, length, vector);
        }

        return length;
    }
}
