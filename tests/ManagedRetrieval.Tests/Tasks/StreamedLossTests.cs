using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Losses;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.Tasks;

namespace ManagedRetrieval.Tests.Tasks;

/// <summary>Which way a loss takes: both give the same, so no result shows it.</summary>
public class StreamedLossTests
{
    private static readonly Shape Large = new(65, 8);

    [Theory]
    [InlineData(64, 64, false)]
    [InlineData(64, 65, true)]
    [InlineData(8192, 8192, true)]
    [InlineData(2, 2, false)]
    [InlineData(65_536, 65_536, true)]
    public void A_tiny_batch_takes_the_matrix(int queries, int candidates, bool streams) =>
        Assert.Equal(streams, Suits(new(), new Shape(queries, 8), new Shape(candidates, 8)));

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(25, true)]
    [InlineData(26, false)]
    [InlineData(98, false)]
    [InlineData(99, true)]
    [InlineData(1000, true)]
    public void Mined_negatives_are_searched_for_where_they_are_few_and_need_not_be_where_they_are_all(int mined, bool streams) =>
        Assert.Equal(streams, Suits(new() { NumberOfHardNegatives = mined }, new Shape(100, 8), new Shape(100, 8)));

    [Fact]
    public void Other_losses_take_the_matrix()
    {
        Assert.True(Suits(new() { Loss = new SoftmaxLoss<float>() }, Large, Large));
        Assert.True(Suits(new() { Symmetric = true, SamplingCorrection = SamplingCorrection.NegativesOnly }, Large, Large));
        Assert.False(Suits(new() { Loss = new SoftmaxLoss<float>(labelSmoothing: 0.1) }, Large, Large));
        Assert.False(Suits(new() { Loss = new HingeLoss<float>() }, Large, Large));
        Assert.False(Suits<Half>(new(), Large, Large));
        Assert.True(Suits<double>(new(), Large, Large));
        Assert.False(Suits(new(), new Shape(65, 0), new Shape(65, 0)));
    }

    [Fact]
    public void Metrics_of_the_batch_need_the_matrix_where_they_are_made()
    {
        RetrievalTaskOptions<float> options = new() { BatchMetrics = [RankMetric.TopKAccuracy(1)] };
        Assert.False(Suits(options, Large, Large));
        Assert.True(Suits(options, Large, Large, new() { ComputeBatchMetrics = false }));
        Assert.True(Suits(new(), Large, Large, new() { ComputeBatchMetrics = true }));
    }

    [Fact]
    public void Heads_whose_gradient_divides_among_ties_take_the_matrix()
    {
        RetrievalTaskOptions<float> compatible = new() { TfrsCompatible = true };
        Assert.False(Suits(compatible, new Shape(65, 2, 8), Large));
        Assert.True(Suits(compatible, new Shape(65, 1, 8), Large));
        Assert.True(Suits(compatible, Large, Large));
        Assert.True(Suits(new(), new Shape(65, 2, 8), Large));
    }

    [Theory]
    [InlineData(1e10f, 1e8f, 0, true)]
    [InlineData(1e10f, 1e10f, 0, false)]
    [InlineData(1e-20f, 1e18f, 0, true)]
    [InlineData(float.NaN, 1, 0, false)]
    [InlineData(1, float.PositiveInfinity, 0, false)]
    [InlineData(1, 1, 1e18f, true)]
    [InlineData(1, 1, 1e20f, false)]
    [InlineData(1, 1, float.NaN, false)]
    public void Scores_that_might_overflow_take_the_ops_that_say_so(float query, float candidate, float logProbability, bool safe)
    {
        Tensor<float> queries = Tensor<float>.Of(new float[,] { { 0, 0 }, { query, 0 } }), candidates = Tensor<float>.Of(new float[,] { { 0, candidate } });
        Tensor<float> correction = new(new Shape(1));
        correction.Span[0] = logProbability;
        Assert.Equal(safe, StreamedLoss<float>.IsSafe(queries, candidates, correction));
        Assert.Equal(safe || logProbability != 0, StreamedLoss<float>.IsSafe(queries, candidates, default));
    }

    [Theory]
    [InlineData(1e25f)]
    [InlineData(-1e25f)]
    public void Scores_that_overflow_end_as_they_do_over_the_matrix(float value)
    {
        // A row's own score is 1e50, which no float holds; that of the others is -1e50, or as much.
        Tensor<float> queries = new(new Shape(65, 2)), candidates = new(new Shape(65, 2));
        queries.Span.Fill(1e25f);
        candidates.Span.Fill(value);
        (float automatic, string? automaticError) = Loss(LossRoute.Automatic);
        (float matrix, string? matrixError) = Loss(LossRoute.Materialized);
        Assert.Equal(matrix, automatic);
        Assert.Equal(matrixError, automaticError);
        Assert.True(matrixError is not null || !float.IsFinite(matrix));

        (float, string?) Loss(LossRoute route)
        {
            var tape = new Tape<float>();
            try
            {
                return (new RetrievalTask<float>(new() { Route = route }).Loss(tape.Input(queries), tape.Input(candidates)).Value.Span[0], null);
            }
            catch (ArithmeticException exception)
            {
                return (0, exception.Message);
            }
        }
    }

    private static bool Suits(RetrievalTaskOptions<float> options, Shape queries, Shape candidates, RetrievalArguments<float>? arguments = null) =>
        new StreamedLoss<float>(options).Suits(queries, candidates, arguments ?? new());

    private static bool Suits<T>(RetrievalTaskOptions<T> options, Shape queries, Shape candidates)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> =>
        new StreamedLoss<T>(options).Suits(queries, candidates, new());
}
