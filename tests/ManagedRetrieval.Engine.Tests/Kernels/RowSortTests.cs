using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels;

public class RowSortTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(2047)]
    [InlineData(2048)]
    [InlineData(2049)]
    [InlineData(1 << 22)]
    [InlineData((1 << 22) + 1)]
    [InlineData(int.MaxValue)]
    public void Sorts_like_a_stable_sort(int rows) => RandomCases.Check(
        draw =>
        {
            int count = draw.Between(0, draw.Size);
            int[] keys = draw.Ids(count, draw.OneOf(rows, Math.Min(rows, 5)));
            for (int i = 0; i < count; i++)
            {
                keys[i] = draw.Below(4) == 0 ? rows - 1 - (keys[i] % Math.Min(rows, 3)) : keys[i];
            }

            var expected = keys.Select((key, position) => (Key: key, Position: position)).OrderBy(pair => pair.Key).ToArray();
            int[] positions = new int[count];
            RowSort.Sort(keys, positions, rows, new int[2 * count]);
            Assert.Equal(expected.Select(pair => pair.Key), keys);
            Assert.Equal(expected.Select(pair => pair.Position), positions);
        },
        cases: 30,
        size: 300);
}
