namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

/// <summary>The logarithm of a softmax in plain loops over double.</summary>
internal static class SoftmaxReference
{
    public static double[] LogSoftmax(double[] logits, int rows, int width)
    {
        double[] result = new double[rows * width];
        for (int i = 0; i < rows; i++)
        {
            double maximum = double.NegativeInfinity, sum = 0;
            for (int j = 0; j < width; j++)
            {
                maximum = Math.Max(maximum, logits[(i * width) + j]);
            }

            for (int j = 0; j < width; j++)
            {
                sum += Math.Exp(logits[(i * width) + j] - maximum);
            }

            for (int j = 0; j < width; j++)
            {
                result[(i * width) + j] = logits[(i * width) + j] - maximum - Math.Log(sum);
            }
        }

        return result;
    }

    public static double[] CrossEntropy(double[] logits, int[] labels, int width, double[]? weights = null)
    {
        double[] logarithms = LogSoftmax(logits, labels.Length, width);
        double[] result = new double[labels.Length];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = -logarithms[(i * width) + labels[i]] * (weights?[i] ?? 1);
        }

        return result;
    }
}
