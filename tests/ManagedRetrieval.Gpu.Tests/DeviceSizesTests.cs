using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Gpu.Tests;

/// <summary>A device of a real driver against plain loops in double, at sizes that are too large for the contract.</summary>
public sealed class DeviceSizesTests : IDisposable
{
    private readonly GpuBackend? _backend = OpenClDevice.Missing is null ? OpenClDevice.Open() : null;

    public void Dispose() => _backend?.Dispose();

    [DeviceFact]
    public void Products_of_0_to_300_rows_and_columns_agree_in_every_form() => RandomCases.Check(
        draw => Product(draw, draw.Between(0, 300), draw.Between(0, 300), draw.Between(0, 300), draw.Below(8)), cases: 20);

    [DeviceFact]
    public void Products_of_1024_rows_of_64_agree_in_every_form()
    {
        for (int form = 0; form < 8; form++)
        {
            Product(new Draw((ulong)form, 1), 1024, 1024, 64, form);
        }
    }

    [DeviceFact]
    public void Losses_of_1_to_300_queries_agree_with_their_gradients_whatever_the_options() => RandomCases.Check(
        draw =>
        {
            int queries = draw.Between(1, 300);
            Loss(draw, SoftmaxLossCase.Random(draw, queries, draw.Between(queries, 300), draw.Between(1, 64)));
        },
        cases: 10);

    [DeviceFact]
    public void A_loss_of_1024_rows_of_64_agrees_with_its_gradients()
    {
        var draw = new Draw(5, 1);
        Loss(draw, new SoftmaxLossCase
        {
            Queries = 1024,
            Candidates = 1024,
            Width = 64,
            Positives = [.. Enumerable.Range(0, 1024)],
            PositiveOffsets = [.. Enumerable.Range(0, 1025)],
        });
    }

    private static double[] Doubles(Tensor<float> tensor) => [.. tensor.Span.ToArray().Select(value => (double)value)];

    private void Product(Draw draw, int m, int n, int k, int form)
    {
        (bool transposeA, bool transposeB, bool accumulate) = ((form & 1) != 0, (form & 2) != 0, (form & 4) != 0);
        Tensor<float> a = draw.Tensor<float>(transposeA ? new Shape(k, m) : new Shape(m, k)), b = draw.Tensor<float>(transposeB ? new Shape(n, k) : new Shape(k, n));
        Tensor<float> result = draw.Tensor<float>(new Shape(m, n));
        double[] expected = Doubles(result);
        Naive.Product<double>(Doubles(a), transposeA, Doubles(b), transposeB, expected, m, n, k, accumulate);
        _backend!.MatrixProduct(a, transposeA, b, transposeB, result, accumulate);
        Agree.InNorm<float>($"[{m}, {n}, {k}] form {form}", expected, result.Span, 2e-6);
    }

    private void Loss(Draw draw, SoftmaxLossCase given)
    {
        Tensor<float> queries = draw.Tensor<float>(given.QueryShape), candidates = draw.Tensor<float>(given.CandidateShape), losses = new(new Shape(given.Queries));
        Tensor<float> queryGradient = new(given.QueryShape), candidateGradient = new(given.CandidateShape);
        SoftmaxLossReference expected = SoftmaxLossReference.Run(given, Doubles(queries), Doubles(candidates), null, null);
        SoftmaxLossCounts counts = _backend!.SoftmaxLoss(given.Problem(queries, candidates, default), losses, default, queryGradient, candidateGradient);
        Assert.Equal(new SoftmaxLossCounts(expected.RowsWithoutNegatives, expected.ColumnsWithoutNegatives), counts);
        Agree.InNorm<float>("losses", expected.Losses, losses.Span, 2e-5, 0.1);
        Agree.InNorm<float>("query gradient", expected.QueryGradient, queryGradient.Span, 2e-5, 0.1);
        Agree.InNorm<float>("candidate gradient", expected.CandidateGradient, candidateGradient.Span, 2e-5, 0.1);
    }
}
