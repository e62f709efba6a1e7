using System.Numerics;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.TestKit;

public abstract partial class BackendContract<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The largest ‖error‖ / ‖what was expected‖ of losses and gradients against plain loops in double.</summary>
    protected virtual double LossTolerance => typeof(T) == typeof(float) ? 2e-5 : 1e-12;

    [Fact]
    public void The_softmax_loss_and_its_gradients_are_what_the_formulas_say_whatever_the_options() => RandomCases.Check(
        draw =>
        {
            int queries = draw.Length();
            SoftmaxLoss(draw, SoftmaxLossCase.Random(draw, queries, queries + draw.Between(0, draw.Size), draw.Length()));
        },
        cases: 200,
        size: 40);

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(33, 33, 65)]
    [InlineData(40, 113, 14)]
    [InlineData(97, 225, 15)]
    [InlineData(130, 400, 32)]
    public void The_softmax_loss_agrees_at_the_edges_of_blocks(int queries, int candidates, int width) => RandomCases.Check(
        draw => SoftmaxLoss(draw, SoftmaxLossCase.Random(draw, queries, candidates, width)), cases: 12);

    [Fact]
    public void A_loss_without_gradients_is_the_same()
    {
        var draw = new Draw(21, 1);
        SoftmaxLossCase given = SoftmaxLossCase.Random(draw, 50, 120, 9);
        SoftmaxLossProblem<T> problem = given.Problem(draw.Tensor<T>(given.QueryShape), draw.Tensor<T>(given.CandidateShape), default);
        Tensor<T> losses = new(new Shape(50)), alone = new(new Shape(50));
        SoftmaxLossCounts counts = Backend.SoftmaxLoss(problem, losses, default, new Tensor<T>(given.QueryShape), new Tensor<T>(given.CandidateShape));
        Assert.Equal(counts, Backend.SoftmaxLoss(problem, alone, default, default, default));
        Agree.InNorm("losses", [.. losses.Span.ToArray().Select(double.CreateChecked)], alone.Span, LossTolerance);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(-60)]
    [InlineData(150)]
    public void A_softmax_loss_far_from_zero_neither_overflows_nor_loses_its_digits(double shift)
    {
        // Not farther than 150 in float: scores are rounded by 150 · 2^-24, 1e-5, and so are probabilities.
        // A last element of 1 in every query moves all its logits by the candidates' last one.
        const int Queries = 40, Width = 5;
        var draw = new Draw(22, 1);
        var given = new SoftmaxLossCase
        {
            Queries = Queries,
            Candidates = Queries,
            Width = Width,
            Positives = [.. Enumerable.Range(0, Queries)],
            PositiveOffsets = [.. Enumerable.Range(0, Queries + 1)],
        };
        double[] queries = draw.Values(Queries * Width), candidates = draw.Values(Queries * Width);
        for (int i = Width - 1; i < queries.Length; i += Width)
        {
            (queries[i], candidates[i]) = (1, shift);
        }

        SoftmaxLoss(given, queries, candidates, null, null);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void A_query_that_is_no_number_has_a_loss_and_a_gradient_that_are_none(bool symmetric, bool meanOfPositives)
    {
        const int Queries = 7, Width = 3, Broken = 4;
        var draw = new Draw(23, 1);
        Tensor<T> queries = draw.Tensor<T>(new Shape(Queries, Width)), losses = new(new Shape(Queries)), queryGradient = new(new Shape(Queries, Width));
        queries.Row(Broken).Fill(T.NaN);
        var problem = new SoftmaxLossProblem<T>
        {
            Queries = queries,
            Candidates = draw.Tensor<T>(new Shape(Queries, Width)),
            Positives = Enumerable.Range(0, Queries).ToArray(),
            PositiveOffsets = Enumerable.Range(0, Queries + 1).ToArray(),
            Symmetric = symmetric,
            MeanOfPositives = meanOfPositives,
        };
        Backend.SoftmaxLoss(problem, losses, default, queryGradient, new Tensor<T>(new Shape(Queries, Width)));
        Assert.True(T.IsNaN(losses.Span[Broken]));
        Assert.All(queryGradient.Row(Broken).ToArray(), value => Assert.True(T.IsNaN(value)));
        Assert.True(symmetric || T.IsFinite(losses.Span[0]));
    }

    private void SoftmaxLoss(Draw draw, SoftmaxLossCase given)
    {
        double[] queries = draw.Values(given.QueryShape.Length), candidates = draw.Values(given.CandidateShape.Length);
        double[]? logProbability = draw.Bool() ? draw.Values(given.Candidates) : null;
        SoftmaxLoss(given, queries, candidates, logProbability, draw.Bool() ? draw.Values(given.Queries) : null);
    }

    private void SoftmaxLoss(SoftmaxLossCase given, double[] queries, double[] candidates, double[]? logProbability, double[]? factors)
    {
        SoftmaxLossReference expected = SoftmaxLossReference.Run(given, queries, candidates, logProbability, factors);
        Tensor<T> losses = Garbage(new Shape(given.Queries)), queryGradient = Garbage(given.QueryShape), candidateGradient = Garbage(given.CandidateShape);
        SoftmaxLossProblem<T> problem = given.Problem(
            Filled(given.QueryShape, queries), Filled(given.CandidateShape, candidates), logProbability is null ? default : Filled(new Shape(given.Candidates), logProbability));
        SoftmaxLossCounts counts = Backend.SoftmaxLoss(
            problem, losses, factors is null ? default : Filled(new Shape(given.Queries), factors), queryGradient, candidateGradient);
        Assert.Equal(new SoftmaxLossCounts(expected.RowsWithoutNegatives, expected.ColumnsWithoutNegatives), counts);
        Agree.InNorm<T>("losses", expected.Losses, losses.Span, LossTolerance, 0.1);
        Agree.InNorm<T>("query gradient", expected.QueryGradient, queryGradient.Span, LossTolerance, 0.1);
        Agree.InNorm<T>("candidate gradient", expected.CandidateGradient, candidateGradient.Span, LossTolerance, 0.1);

        static Tensor<T> Garbage(Shape shape)
        {
            var tensor = new Tensor<T>(shape);
            tensor.Span.Fill(T.NaN);
            return tensor;
        }

        static Tensor<T> Filled(Shape shape, double[] values)
        {
            var tensor = new Tensor<T>(shape);
            for (int i = 0; i < values.Length; i++)
            {
                tensor.Span[i] = T.CreateChecked(values[i]);
            }

            return tensor;
        }
    }
}
