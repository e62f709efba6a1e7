using ManagedRetrieval.Engine.Kernels.Gemm;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels.Gemm;

public class TransposeTests
{
    [Fact]
    public void Rows_become_columns_and_the_rest_of_the_target_stays() => RandomCases.Check(
        draw =>
        {
            (int rows, int columns) = (draw.Between(0, draw.Size), draw.Between(0, draw.Size));
            int stride = rows + draw.Between(0, 3);
            int[] source = [.. Enumerable.Range(1, rows * columns)];
            int[] target = new int[columns * stride];
            Transpose.Run<int>(source, rows, columns, target, stride);
            for (int t = 0; t < target.Length; t++)
            {
                (int j, int i) = (t / stride, t % stride);
                Assert.Equal(i < rows ? (i * columns) + j + 1 : 0, target[t]);
            }
        },
        size: 40);
}
