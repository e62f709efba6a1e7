using ManagedRetrieval.Engine.Kernels.Quantized;
using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels.Quantized;

public class HalfTopKTests
{
    [Theory]
    [InlineData(40, 3, 1, 5)]
    [InlineData(700, 1, 3, 700)]
    [InlineData(17_000, 1, 1, 9)]
    [InlineData(33_001, 2, 2, 2500)]
    [InlineData(20_000, 120, 1, 3)]
    public void Lists_are_those_of_a_search_of_the_widened_rows(int rows, int queries, int heads, int k)
    {
        var draw = new Draw(96, 12);
        Half[] halves = [.. draw.Values(rows * 3).Select(x => (Half)Math.Round(x, 1))];
        Tensor<float> vectors = draw.Tensor<float>(new Shape(queries, heads, 3));
        (int[] excluded, int[] offsets) = draw.Subsets(queries, Math.Min(rows, 300));
        ulong[] admitted = [.. Enumerable.Range(0, (rows + 63) / 64).Select(word => 0x9E3779B97F4A7C15UL * (ulong)(word + 1))];
        float[] scores = new float[queries * k], expected = new float[queries * k];
        int[] found = new int[queries * k], right = new int[queries * k];
        TopKSearch.Run<float>(vectors.Span, [.. halves.Select(x => (float)x)], 3, heads, k, expected, right, excluded, offsets, admitted, WorkerTeam.Inline);
        foreach (int workers in (int[])[1, 3])
        {
            using var team = new WorkerTeam(workers);
            HalfTopK.Run(vectors.Span, halves, 3, heads, k, scores, found, excluded, offsets, admitted, team);
            Assert.Equal(right, found);
            Assert.Equal(expected, scores);
        }
    }
}
