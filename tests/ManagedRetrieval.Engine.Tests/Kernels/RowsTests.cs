using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels;

public class RowsTests
{
    [Fact]
    public void The_sum_of_a_segment_is_the_plain_loop_over_its_ids_in_their_order() => RandomCases.Check(
        draw =>
        {
            (int rows, int width) = (draw.Length(), draw.Length());
            float[] table = [.. draw.Values(rows * width).Select(value => (float)value)];
            int[] starts = draw.Offsets(draw.Length(), draw.OneOf(1, 3, 20));
            int before = draw.Below(3);
            int[] ids = draw.Ids(before + starts[^1] + draw.Below(3), rows);
            starts = [.. starts.Select(start => before + start)];
            float[] expected = new float[(starts.Length - 1) * width];
            for (int segment = 0; segment < starts.Length - 1; segment++)
            {
                for (int i = starts[segment]; i < starts[segment + 1]; i++)
                {
                    for (int d = 0; d < width; d++)
                    {
                        expected[(segment * width) + d] += table[(ids[i] * width) + d];
                    }
                }
            }

            float[] result = [.. Enumerable.Repeat(float.NaN, expected.Length)];
            Rows.SumSegments<float>(table, width, ids, starts, result);
            Agree.Exactly<float>("sums", expected, result);
        },
        size: 40);

    [Fact]
    public void A_weighted_sum_takes_each_id_s_weight_and_weights_of_one_change_no_bit() => RandomCases.Check(
        draw =>
        {
            (int rows, int width) = (draw.Length(), draw.Length());
            double[] table = draw.Values(rows * width);
            int[] starts = draw.Offsets(draw.Length(), draw.OneOf(1, 3, 20));
            int[] ids = draw.Ids(starts[^1] + draw.Below(3), rows);
            double[] weights = draw.Values(ids.Length);
            double[] expected = new double[(starts.Length - 1) * width];
            double[] result = [.. Enumerable.Repeat(double.NaN, expected.Length)], plain = new double[expected.Length];
            for (int segment = 0; segment < starts.Length - 1; segment++)
            {
                for (int i = starts[segment]; i < starts[segment + 1]; i++)
                {
                    for (int d = 0; d < width; d++)
                    {
                        expected[(segment * width) + d] += weights[i] * table[(ids[i] * width) + d];
                    }
                }
            }

            Rows.SumSegments<double>(table, width, ids, starts, result, weights);
            Agree.InNorm<double>("weighted sums", expected, result, 1e-14, floor: 1);
            Rows.SumSegments<double>(table, width, ids, starts, result, [.. weights.Select(_ => 1.0)]);
            Rows.SumSegments<double>(table, width, ids, starts, plain);
            Agree.Exactly<double>("sums with weights of one", plain, result);
        },
        size: 40);

    [Fact]
    public void A_segment_of_one_row_keeps_the_sign_of_its_zeros()
    {
        double[] result = [1, 1];
        Rows.SumSegments<double>([-0.0, 0.0], 2, [0], [0, 1], result);
        Assert.True(double.IsNegative(result[0]) && !double.IsNegative(result[1]));
    }

    [Fact]
    public void Empty_segments_are_zeros()
    {
        double[] result = [1, 2, 3, 4, 5, 6];
        Rows.SumSegments<double>([5, 6], 2, [0], [0, 0, 1, 1], result);
        Assert.Equal([0, 0, 5, 6, 0, 0], result);
    }

    [Fact]
    public void Gathered_rows_are_those_that_the_ids_name() => RandomCases.Check(
        draw =>
        {
            (int rows, int width) = (draw.Length(), draw.Length());
            double[] table = draw.Values(rows * width);
            int[] ids = draw.Ids(draw.Length(minimum: 0), rows);
            double[] result = new double[ids.Length * width];
            Rows.Gather<double>(table, width, ids, result);
            Assert.Equal(ids.SelectMany(id => table[(id * width)..((id + 1) * width)]), result);
        },
        size: 40);

    [Fact]
    public void Rows_are_the_slice_at_their_number()
    {
        Assert.Equal([3, 4], Rows.Of<int>([1, 2, 3, 4, 5, 6], 2, 1).ToArray());
        Assert.Equal([3, 4, 5, 6], Rows.Of<int>([1, 2, 3, 4, 5, 6], 2, 1, 2).ToArray());
    }
}
