using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels;

public class RowsTests
{
    [Fact]
    public void A_sum_of_rows_is_the_plain_loop_over_the_ids_in_their_order() => RandomCases.Check(
        draw =>
        {
            (int rows, int width) = (draw.Length(), draw.Length());
            float[] table = [.. draw.Values(rows * width).Select(value => (float)value)];
            int[] ids = draw.Ids(draw.Length(), rows);
            float[] expected = table.AsSpan(ids[0] * width, width).ToArray();
            for (int i = 1; i < ids.Length; i++)
            {
                for (int d = 0; d < width; d++)
                {
                    expected[d] += table[(ids[i] * width) + d];
                }
            }

            float[] result = new float[width];
            Rows.Sum<float>(table, width, ids, result);
            Agree.Exactly<float>("sum", expected, result);
        },
        size: 40);

    [Fact]
    public void No_ids_sum_to_zeros()
    {
        double[] result = [1, 2];
        Rows.Sum<double>([5, 6], 2, [], result);
        Assert.Equal([0, 0], result);
    }

    [Fact]
    public void A_row_is_the_slice_at_its_number() => Assert.Equal([3, 4], Rows.Of<int>([1, 2, 3, 4, 5, 6], 2, 1).ToArray());
}
