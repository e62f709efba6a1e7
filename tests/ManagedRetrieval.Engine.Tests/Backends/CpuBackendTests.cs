using System.Numerics;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Backends;

public sealed class CpuBackendTests
{
    private static readonly CpuBackend<float> Cpu = new(WorkerTeam.Inline);

    [Fact]
    public void A_team_is_needed() => Assert.Throws<ArgumentNullException>("team", () => new CpuBackend<float>(null!));

    [Theory]
    [InlineData(2, 3, false, 4, 5, false, 2, 5)]
    [InlineData(2, 3, true, 3, 5, false, 3, 5)]
    [InlineData(2, 3, false, 3, 5, true, 2, 3)]
    [InlineData(2, 3, false, 3, 5, false, 2, 4)]
    [InlineData(2, 3, false, 3, 5, false, 5, 2)]
    public void A_product_whose_shapes_do_not_fit_is_refused_and_writes_nothing(int aRows, int aWidth, bool transposeA, int bRows, int bWidth, bool transposeB, int rows, int width)
    {
        Tensor<float> result = Sevens(rows, width);
        Refusal.Of<ArgumentException>(
            () => Cpu.MatrixProduct(Sevens(aRows, aWidth), transposeA, Sevens(bRows, bWidth), transposeB, result, false),
            $"[{aRows}, {aWidth}]", $"[{bRows}, {bWidth}]", $"[{rows}, {width}]", "'result'");
        Assert.Equal(Sevens(rows, width).Span.ToArray(), result.Span.ToArray());
    }

    [Theory]
    [InlineData(3, 3, 2, 2, 2, 4)]
    [InlineData(2, 3, 0, 2, 0, 0)]
    [InlineData(2, 3, 4, 2, 4, 8)]
    [InlineData(2, 3, 2, 3, 2, 4)]
    [InlineData(2, 3, 2, 2, 3, 4)]
    [InlineData(2, 3, 2, 2, 2, 3)]
    public void A_top_k_whose_shapes_do_not_fit_is_refused_and_writes_nothing(int candidateWidth, int candidates, int k, int scoreRows, int scoreWidth, int rowCount)
    {
        Tensor<float> scores = Sevens(scoreRows, scoreWidth);
        int[] rows = [.. Enumerable.Repeat(7, rowCount)];
        Refusal.Of<ArgumentException>(
            () => Cpu.TopK(Sevens(2, 2), Sevens(candidates, candidateWidth), k, scores, rows),
            $"Top-{k}", "[2, 2]", $"[{candidates}, {candidateWidth}]", $"[{scoreRows}, {scoreWidth}]", $"{rowCount} rows");
        Assert.Equal(Sevens(scoreRows, scoreWidth).Span.ToArray(), scores.Span.ToArray());
        Assert.All(rows, row => Assert.Equal(7, row));
    }

    [Fact]
    public void Queries_of_no_or_too_many_axes_or_without_a_head_or_a_dimension_are_refused()
    {
        foreach (Shape shape in (Shape[])[new(2), new(2, 0, 2), new(2, 2, 0), new(2, 0), new(2, 2, 3)])
        {
            Refusal.Of<ArgumentException>(
                () => Cpu.TopK(new Tensor<float>(shape), Sevens(3, 2), 1, Sevens(2, 1), new int[2]), shape.ToString(), "[3, 2]");
        }

        Refusal.Of<ArgumentException>(() => Cpu.TopK(default, Sevens(3, 2), 1, Sevens(2, 1), new int[2]), "queries []");
    }

    [Theory]
    [InlineData(1, 2, "3 numbers that end in 1", "not 2 numbers")]
    [InlineData(1, 4, "3 numbers that end in 1", "not 4 numbers")]
    [InlineData(1, 0, "3 numbers that end in 1", "not 0 numbers")]
    [InlineData(0, 3, "3 numbers that end in 0", "not 3 numbers")]
    public void Exclusions_that_are_not_one_list_for_each_query_are_refused_and_nothing_is_written(int excluded, int offsets, string expected, string came)
    {
        Tensor<float> scores = Sevens(2, 1);
        int[] starts = new int[offsets];
        starts.AsSpan().Fill(1);
        Refusal.Of<ArgumentException>(
            () => Cpu.TopK(Sevens(2, 2), Sevens(3, 2), 1, scores, new int[2], new int[excluded], starts), expected, came, "'excludedOffsets'");
        Assert.Equal(Sevens(2, 1).Span.ToArray(), scores.Span.ToArray());
    }

    [Fact]
    public void Another_number_of_admitted_bits_than_candidates_is_refused() => Refusal.Of<ArgumentException>(
        () => Cpu.TopK(Sevens(2, 2), Sevens(65, 2), 1, Sevens(2, 1), new int[2], admitted: new ulong[1]), "2 words", "65 candidates", "not 1", "'admitted'");

    private static Tensor<float> Sevens(int rows, int width)
    {
        var tensor = new Tensor<float>(new Shape(rows, width));
        tensor.Span.Fill(7);
        return tensor;
    }

    public sealed class InFloatWithOneWorker() : Contract<float>(1);

    public sealed class InFloatWithThreeWorkers() : Contract<float>(3);

    public sealed class InDoubleWithOneWorker() : Contract<double>(1);

    public sealed class InDoubleWithThreeWorkers() : Contract<double>(3);

    public abstract class Contract<T>(int workers) : OwnBackendContract<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly WorkerTeam _team = new(workers);

        protected override IComputeBackend<T> Backend => new CpuBackend<T>(_team);

        protected override void Dispose(bool disposing)
        {
            _team.Dispose();
            base.Dispose(disposing);
        }
    }
}
