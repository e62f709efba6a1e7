using System.Numerics;
using ManagedRetrieval.Engine.Kernels.Gemm;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels.Gemm;

/// <summary>Strips against what their definition says, in memory that faults on what is read or written beyond it.</summary>
public unsafe class PackingTests
{
    private static readonly int[] Widths = [2, 4, 6, 8, 14, 16, 32];

    [Fact]
    public void A_strip_of_rows_is_their_transpose_with_zeros_where_they_end() => RandomCases.Check(
        draw =>
        {
            Rows<float>(draw);
            Rows<double>(draw);
        },
        cases: 300,
        size: 60);

    [Fact]
    public void Strips_of_columns_are_they_with_zeros_where_they_end() => RandomCases.Check(
        draw =>
        {
            Columns<float>(draw);
            Columns<double>(draw);
        },
        cases: 300,
        size: 60);

    private static void Rows<T>(Draw draw)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int width, int rows, int depth, int further) = (draw.OneOf(Widths), draw.Length(), draw.Length(), draw.Between(0, 3));
        bool overrun = draw.Bool();
        int stride = depth + further;
        using GuardedMemory<T> source = Numbers<T>((rows * stride) - further);
        using GuardedMemory<T> target = Numbers<T>((depth * width) + (overrun ? Packing.Overrun<T>() : 0));
        fixed (T* from = source.GetSpan(), to = target.GetSpan())
        {
            Packing.FromRows(from, stride, rows, depth, width, to, overrun);
            for (int p = 0; p < depth; p++)
            {
                for (int i = 0; i < width; i++)
                {
                    Assert.Equal(i < rows ? from[(i * stride) + p] : T.Zero, to[(p * width) + i]);
                }
            }
        }
    }

    private static void Columns<T>(Draw draw)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int width, int strips, int depth, int further) = (draw.OneOf(Widths), draw.Between(1, 5), draw.Length(), draw.Between(0, 20));
        int inStrips = ((strips - 1) * width) + draw.Between(1, width), columns = inStrips + (draw.Bool() ? further : 0);
        int stride = columns + draw.Between(0, 3);
        using GuardedMemory<T> source = Numbers<T>(((depth - 1) * stride) + columns), target = Numbers<T>(strips * depth * width);
        fixed (T* from = source.GetSpan(), to = target.GetSpan())
        {
            Packing.FromColumns(from, stride, columns, depth, width, strips, to);
            for (int s = 0; s < strips; s++)
            {
                for (int p = 0; p < depth; p++)
                {
                    for (int i = 0; i < width; i++)
                    {
                        int column = (s * width) + i;
                        Assert.Equal(column < columns ? from[(p * stride) + column] : T.Zero, to[(((s * depth) + p) * width) + i]);
                    }
                }
            }
        }
    }

    /// <summary>Memory with a number of its own in each place.</summary>
    private static GuardedMemory<T> Numbers<T>(int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => GuardedMemory<T>.Of([.. Enumerable.Range(1, length).Select(i => T.CreateChecked(i))]);
}
