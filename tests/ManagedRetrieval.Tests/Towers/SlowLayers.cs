using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Towers;

/// <summary>What layers compute in evaluation, in plain loops over rows of double.</summary>
internal static class SlowLayers
{
    public static double[][] Rows(Tensor<double> matrix) => [.. Enumerable.Range(0, matrix.Shape.Rows).Select(i => matrix.Row(i).ToArray())];

    public static double[] Flat(double[][] rows) => [.. rows.SelectMany(row => row)];

    public static double[][] Product(double[][] x, Parameter<double> matrix)
    {
        double[][] weights = Rows(matrix.Value);
        int columns = matrix.Value.Shape[1];
        return [.. x.Select(row => Enumerable.Range(0, columns).Select(j => row.Select((value, p) => value * weights[p][j]).Sum()).ToArray())];
    }

    public static double[][] Linear(double[][] x, Linear<double> layer) =>
        [.. Product(x, layer.Weights).Select(row => Sum(row, layer.Bias.Value.Span.ToArray()))];

    public static double[][] Norm(double[][] x, NormLayer<double> layer)
    {
        (double[] gain, double[] shift) = (layer.Gain.Value.Span.ToArray(), layer.Shift.Value.Span.ToArray());
        return [.. x.Select(row =>
        {
            double mean = row.Average();
            double deviation = Math.Sqrt(row.Average(value => (value - mean) * (value - mean)) + layer.Epsilon);
            return row.Select((value, j) => ((value - mean) / deviation * gain[j]) + shift[j]).ToArray();
        })];
    }

    public static double[][] Dense(double[][] x, DenseLayer<double> layer)
    {
        double[][] y = Linear(x, layer.Linear);
        y = layer.Norm is null ? y : Norm(y, layer.Norm);
        y = [.. y.Select(row => row.Select(value => layer.Activation switch
        {
            Activation.Relu => Math.Max(value, 0),
            Activation.Tanh => Math.Tanh(value),
            _ => value,
        }).ToArray())];
        return layer.Residual && layer.Inputs == layer.Outputs ? [.. y.Zip(x, Sum)] : y;
    }

    public static double[][] Cross(double[][] first, CrossNetwork<double> network)
    {
        double[][] x = first;
        foreach (CrossLayer<double> layer in network.Layers)
        {
            double[][] crossed = Linear(layer.Projection is null ? x : Product(x, layer.Projection), layer.Linear);
            x = [.. x.Select((row, i) => row.Select((value, j) => (first[i][j] * crossed[i][j]) + value).ToArray())];
        }

        return x;
    }

    public static double[] Softmax(double[] scores)
    {
        double[] exponentials = [.. scores.Select(score => Math.Exp(score - scores.Max()))];
        return [.. exponentials.Select(value => value / exponentials.Sum())];
    }

    /// <summary>Σ weight_i · row_i; zeros of the width where there is no row.</summary>
    public static double[] Weighted(double[][] rows, double[] weights, int width) =>
        [.. Enumerable.Range(0, width).Select(j => rows.Select((row, i) => row[j] * weights[i]).Sum())];

    public static double[] Sum(double[] a, double[] b) => [.. a.Zip(b, (one, other) => one + other)];
}
