using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff;

public class RowGradientTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(2048)]
    [InlineData(2049)]
    [InlineData((1 << 22) + 1)]
    [InlineData(100_000_000)]
    public void Rows_ascend_without_repetition_and_sums_have_the_bits_of_a_dictionary_filled_in_order(int tableRows)
    {
        using WorkerTeam two = new(2), three = new(3), eight = new(8);
        RandomCases.Check(
            draw =>
            {
                int width = draw.Between(1, 8);
                RowGradient<float>[] gradients = [.. Enumerable.Range(0, 4).Select(_ => new RowGradient<float>(new Shape(tableRows, width)))];
                var expected = new SortedDictionary<int, float[]>();
                for (int pass = draw.Between(1, 3); pass > 0; pass--)
                {
                    for (int look = draw.Between(1, 3); look > 0; look--)
                    {
                        AddEverywhere(draw, tableRows, width, gradients, expected);
                    }

                    gradients[0].Coalesce(WorkerTeam.Inline);
                    gradients[1].Coalesce(two);
                    gradients[2].Coalesce(three);
                    gradients[3].Coalesce(eight);
                    Assert.All(gradients, gradient => Same(expected, width, gradient));
                }
            },
            cases: 25,
            size: 60);
    }

    [Theory]
    [InlineData(2000, 300, 64, 1)]
    [InlineData(2000, 300, 64, 2)]
    [InlineData(100_000, 1_000_000, 3, 1)]
    [InlineData(30_000, 5000, 7, 4)]
    public void Enough_positions_for_several_parts_give_the_same_bits_for_any_number_of_workers(int positions, int tableRows, int width, int lookUps)
    {
        using WorkerTeam two = new(2), three = new(3), eight = new(8);
        RowGradient<float>[] gradients = [.. Enumerable.Range(0, 4).Select(_ => new RowGradient<float>(new Shape(tableRows, width)))];
        var expected = new SortedDictionary<int, float[]>();
        for (int look = 0; look < lookUps; look++)
        {
            AddEverywhere(new Draw(21 + (ulong)look, 1), tableRows, width, gradients, expected, positions);
        }

        gradients[0].Coalesce(WorkerTeam.Inline);
        gradients[1].Coalesce(two);
        gradients[2].Coalesce(three);
        gradients[3].Coalesce(eight);
        Assert.All(gradients, gradient => Same(expected, width, gradient));
    }

    [Fact]
    public void Two_passes_give_the_bits_of_one_pass_over_both() => RandomCases.Check(
        draw =>
        {
            int width = draw.Length();
            (RowGradient<float> once, RowGradient<float> twice) = (new(new Shape(4, width)), new(new Shape(4, width)));
            for (int pass = 0; pass < 3; pass++)
            {
                AddEverywhere(draw, 4, width, [once, twice], []);
                twice.Coalesce(WorkerTeam.Inline);
            }

            once.Coalesce(WorkerTeam.Inline);
            Assert.Equal(once.Rows.ToArray(), twice.Rows.ToArray());
            Agree.Exactly<float>("sums", once.Values.Span, twice.Values.Span);
        },
        size: 30);

    [Fact]
    public void Clearing_forgets_sums_and_what_is_not_yet_summed()
    {
        var gradient = new RowGradient<double>(new Shape(5, 1));
        gradient.Add([1], [0], Tensor<double>.Of(new double[,] { { 7 } }));
        gradient.Coalesce(WorkerTeam.Inline);
        gradient.Add([2], [0], Tensor<double>.Of(new double[,] { { 8 } }));
        gradient.Clear();
        gradient.Add([3], [0], Tensor<double>.Of(new double[,] { { 9 } }));
        gradient.Coalesce(WorkerTeam.Inline);
        Assert.Equal([3], gradient.Rows.ToArray());
        Assert.Equal([9], gradient.Values.Span.ToArray());
    }

    [Fact]
    public void Accumulating_over_two_passes_allocates_nothing_once_warm()
    {
        var gradient = new RowGradient<float>(new Shape(100, 8));
        Tensor<float> source = new Draw(1, 1).Tensor<float>(new Shape(3, 8));
        int[] rows = [5, 99, 5];
        int[] sources = [0, 1, 2];
        Step();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Step();
        Step();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Step()
        {
            gradient.Clear();
            for (int pass = 0; pass < 3; pass++)
            {
                gradient.Add(rows, sources, source);
                gradient.Coalesce(WorkerTeam.Inline);
            }
        }
    }

    [Fact]
    public void Nothing_recorded_means_no_rows()
    {
        var gradient = new RowGradient<double>(new Shape(5, 2));
        gradient.Add([], [], new Tensor<double>(new Shape(0, 2)));
        gradient.Coalesce(WorkerTeam.Inline);
        Assert.True(gradient.Rows.IsEmpty);
        Assert.Equal(new Shape(0, 2), gradient.Values.Shape);
    }

    [Fact]
    public void What_does_not_fit_the_table_is_refused()
    {
        var gradient = new RowGradient<double>(new Shape(5, 2));
        var source = new Tensor<double>(new Shape(3, 2));
        Refusal.Of<ArgumentException>(() => gradient.Add([1, 2], [0], source), "2 rows", "1 sources");
        Refusal.Of<ArgumentException>(() => gradient.Add([1], [0], new Tensor<double>(new Shape(3, 4))), "2 dimensions", "[3, 4]");
        Refusal.Of<ArgumentOutOfRangeException>(() => gradient.Add([0, 5], [0, 0], source), "rows", "from 0 to 4", "number 1 is 5");
        Refusal.Of<ArgumentOutOfRangeException>(() => gradient.Add([-1], [0], source), "rows", "from 0 to 4", "number 0 is -1");
        Refusal.Of<ArgumentOutOfRangeException>(() => gradient.Add([0], [3], source), "sources", "from 0 to 2", "number 0 is 3");
        gradient.Coalesce(WorkerTeam.Inline);
        Assert.True(gradient.Rows.IsEmpty);
    }

    private static void AddEverywhere(
        Draw draw, int tableRows, int width, RowGradient<float>[] gradients, SortedDictionary<int, float[]> expected, int? many = null)
    {
        Tensor<float> source = draw.Tensor<float>(new Shape(many ?? draw.Length(), width));
        int positions = many ?? draw.Length(minimum: 0);
        int[] rows = draw.Ids(positions, many is null ? draw.OneOf(tableRows, Math.Min(tableRows, 4)) : tableRows);
        int[] sources = draw.Ids(positions, source.Shape.Rows);
        foreach (RowGradient<float> gradient in gradients)
        {
            gradient.Add(rows, sources, source);
        }

        for (int p = 0; p < positions; p++)
        {
            ReadOnlySpan<float> from = source.Row(sources[p]);
            if (!expected.TryGetValue(rows[p], out float[]? sum))
            {
                expected.Add(rows[p], from.ToArray());
                continue;
            }

            for (int d = 0; d < width; d++)
            {
                sum[d] += from[d];
            }
        }
    }

    private static void Same(SortedDictionary<int, float[]> expected, int width, RowGradient<float> actual)
    {
        Assert.Equal(expected.Keys, actual.Rows.ToArray());
        Assert.Equal(new Shape(expected.Count, width), actual.Values.Shape);
        Agree.Exactly<float>("sums", expected.Values.SelectMany(row => row).ToArray(), actual.Values.Span);
    }
}
