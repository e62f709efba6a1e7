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

    [Fact]
    public void Columns_of_a_wider_source_become_rows() => RandomCases.Check(
        draw =>
        {
            (int rows, int columns, int width) = (draw.Between(0, draw.Size), draw.Between(0, draw.Size), draw.Between(0, 20));
            (int start, int sourceStride) = (draw.Between(0, width), columns + width);
            int[] source = [.. Enumerable.Range(1, rows * sourceStride)];
            int[] target = new int[columns * rows];
            Transpose.Run<int>(source.AsSpan(Math.Min(start, source.Length)), sourceStride, rows, columns, target, rows);
            for (int t = 0; t < target.Length; t++)
            {
                (int j, int i) = (t / rows, t % rows);
                Assert.Equal((i * sourceStride) + start + j + 1, target[t]);
            }
        },
        size: 40);
}
