using System.Runtime.Intrinsics;
using ManagedRetrieval.Engine.Kernels.Gemm;
using ManagedRetrieval.Engine.Kernels.Simd;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels.Gemm;

public class BlockingTests
{
    [Fact]
    public void Every_tile_is_in_one_part_and_parts_begin_on_tiles() => RandomCases.Check(
        draw =>
        {
            (int m, int n, int k) = (draw.Between(1, 3000), draw.Between(1, 3000), draw.Between(1, 9000));
            var blocking = Blocking.Of<float, TileOf14<float, Vector512<float>, Lanes512<float>>>(m, n, k);
            int allStrips = (n + 31) / 32;
            int[,] seen = new int[(m + 13) / 14, allStrips];
            for (int part = 0; part < blocking.Parts; part++)
            {
                ((int row, int rows), (int strip, int strips)) = blocking[part];
                Assert.Equal(0, row % 14);
                Assert.True(rows > 0 && strips > 0 && row + rows <= m && (rows % 14 == 0 || row + rows == m));
                for (int i = row / 14; i < (row + rows + 13) / 14; i++)
                {
                    for (int j = strip; j < strip + strips; j++)
                    {
                        seen[i, j]++;
                    }
                }

                Assert.True(!blocking.PacksInParts || n <= 64 || (row == 0 && rows == m));
            }

            Assert.All(seen.Cast<int>(), times => Assert.Equal(1, times));
        },
        cases: 200);

    [Theory]
    [InlineData(512, 512, 512)]
    [InlineData(8192, 64, 8192)]
    [InlineData(64, 10_000, 64)]
    [InlineData(1, 100_000, 64)]
    [InlineData(256, 256, 65_536)]
    public void Large_work_has_parts_for_several_workers(int m, int n, int k) =>
        Assert.True(Blocking.Of<float, TileOf14<float, Vector512<float>, Lanes512<float>>>(m, n, k).Parts >= 6);

    [Fact]
    public void Small_work_is_one_part() => Assert.Equal(1, Blocking.Of<float, TileOf14<float, Vector512<float>, Lanes512<float>>>(100, 100, 64).Parts);
}
