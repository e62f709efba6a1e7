using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Losses;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Tasks;

public class RetrievalTaskInvarianceTests
{
    [Fact]
    public void A_constant_on_all_logits_changes_nothing_for_softmax_and_pairwise_losses()
    {
        (int cases, int compared) = (0, 0);
        RandomCases.Check(
            draw =>
            {
                cases++;
                compared += ShiftedAlike(draw) ? 1 : 0;
            },
            cases: 300);
        Assert.True(compared > 0.5 * cases, $"only {compared} of {cases} cases had margins");

        static bool ShiftedAlike(Draw draw)
        {
            RetrievalCase given = RetrievalCases.Random(draw);
            given = given with
            {
                LossKind = given.LossKind == LossKind.Sigmoid ? LossKind.Bpr : given.LossKind,
                NegativesOnly = false,
                LearnTemperature = false,
                Probabilities = [.. Enumerable.Range(0, given.Candidates).Select(_ => draw.Uniform(0.2, 1))],
            };
            double factor = draw.Uniform(1e-4, 1);
            RetrievalCase shifted = given with { Probabilities = [.. given.Probabilities.Select(p => p * factor)] };
            bool hasMargins = RetrievalCases.HasMargins(given);
            if (hasMargins)
            {
                shifted.Run<double>().AgreesWith(given.Run<double>(), 1e-8);
            }

            return hasMargins;
        }
    }

    [Fact]
    public void A_constant_on_all_logits_matters_to_the_sigmoid_loss()
    {
        RetrievalCase given = RetrievalCase.Random(new Draw(2, 12), true, true, false, false, 4, 2, 3) with { LossKind = LossKind.Sigmoid };
        RetrievalCase shifted = given with { Probabilities = [.. given.Probabilities!.Select(p => p * 0.1)] };
        Assert.NotEqual(given.Run<double>().Loss[0], shifted.Run<double>().Loss[0], 1e-3);
    }

    [Fact]
    public void Permuting_the_batch_permutes_the_gradients() => RandomCases.Check(
        draw =>
        {
            RetrievalCase given = RetrievalCases.Random(draw) with { Reduction = LossReduction.Sum };
            int[] order = [.. Enumerable.Range(0, given.Queries)];
            for (int i = order.Length - 1; i > 0; i--)
            {
                int j = draw.Below(i + 1);
                (order[i], order[j]) = (order[j], order[i]);
            }

            int[] columns = [.. order, .. Enumerable.Range(given.Queries, given.Candidates - given.Queries)];
            Outcome<double> expected = given.Run<double>();
            Permuted(given, order, columns).Run<double>().AgreesWith(
                new Outcome<double>(
                    expected.Loss,
                    new Tensor<double>(expected.QueryGradient.Shape, Pick(expected.QueryGradient.Span.ToArray(), order, given.QueryLength)),
                    new Tensor<double>(expected.CandidateGradient.Shape, Pick(expected.CandidateGradient.Span.ToArray(), columns, given.Dimensions)))
                {
                    TemperatureGradient = expected.TemperatureGradient,
                },
                1e-9);
        },
        cases: 300);

    [Fact]
    public void Loss_and_gradients_are_linear_in_the_weights() => RandomCases.Check(
        draw =>
        {
            RetrievalCase given = RetrievalCases.Random(draw) with { Reduction = LossReduction.Sum };
            given = given with { Weights = RetrievalCase.Values(given.Queries, () => draw.Uniform(0, 3)) };
            double[] other = [.. given.Weights!.Select(_ => draw.Uniform(0, 3))];
            Outcome<double> first = given.Run<double>();
            Outcome<double> second = (given with { Weights = other }).Run<double>();
            RetrievalCase mixed = given with { Weights = [.. given.Weights!.Zip(other, (a, b) => (2 * a) + (0.5 * b))] };
            mixed.Run<double>().AgreesWith(
                new Outcome<double>(
                    Mix(first.Loss, second.Loss),
                    new Tensor<double>(first.QueryGradient.Shape, Mix(first.QueryGradient.Span, second.QueryGradient.Span)),
                    new Tensor<double>(first.CandidateGradient.Shape, Mix(first.CandidateGradient.Span, second.CandidateGradient.Span)))
                {
                    TemperatureGradient = Mix(first.TemperatureGradient, second.TemperatureGradient),
                },
                1e-9);

            static double[] Mix(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
            {
                double[] mixed = new double[a.Length];
                for (int i = 0; i < mixed.Length; i++)
                {
                    mixed[i] = (2 * a[i]) + (0.5 * b[i]);
                }

                return mixed;
            }
        },
        cases: 300);

    [Fact]
    public void Weights_of_one_are_the_same_as_none()
    {
        RetrievalCase given = RetrievalCase.Random(new Draw(2, 12), true, true, true, false, 9, 3, 5);
        (given with { Weights = [.. Enumerable.Repeat(1.0, 9)] }).Run<float>().IsExactly(given.Run<float>());
    }

    [Fact]
    public void Weight_zero_removes_a_rows_loss_and_query_gradient_but_not_its_candidate()
    {
        RetrievalCase given = RetrievalCase.Random(new Draw(8, 12), true, true, false, false, queries: 4, extra: 1, dimensions: 3) with { Weights = [1, 0, 1, 1] };
        Outcome<double> outcome = given.Run<double>();
        double others = new[] { 0, 2, 3 }.Sum(i => RetrievalReference.RowLoss(given, i));
        Assert.Equal(others, outcome.Loss[0], 1e-12);
        Assert.True(outcome.QueryGradient.Row(1).IndexOfAnyExcept(0) < 0);
        Assert.True(outcome.CandidateGradient.Row(1).IndexOfAnyExcept(0) >= 0);
        Assert.NotEqual(outcome.Loss[0], given.WithCandidate(1, 2, -1, 3).Run<double>().Loss[0]);
    }

    [Fact]
    public void A_frequent_negative_weighs_less_and_a_frequent_positive_must_do_more()
    {
        RetrievalCase given = RetrievalCase.Random(new Draw(8, 12), false, true, false, false, queries: 3, extra: 0, dimensions: 3);
        RetrievalCase rare = given with { Probabilities = [0.3, 0.01, 0.3] };
        RetrievalCase frequent = given with { Probabilities = [0.3, 0.9, 0.3] };

        // For rows 0 and 2 candidate 1 is a negative, for row 1 it is the positive.
        foreach (int row in (int[])[0, 2])
        {
            (Outcome<double> before, Outcome<double> after) = (rare.OnlyRow(row).Run<double>(), frequent.OnlyRow(row).Run<double>());
            Assert.True(after.Loss[0] < before.Loss[0]);
            Assert.True(Length(after.CandidateGradient.Row(1)) < Length(before.CandidateGradient.Row(1)));
        }

        Assert.True(frequent.OnlyRow(1).Run<double>().Loss[0] > rare.OnlyRow(1).Run<double>().Loss[0]);

        static double Length(ReadOnlySpan<double> row)
        {
            double sum = 0;
            foreach (double value in row)
            {
                sum += value * value;
            }

            return Math.Sqrt(sum);
        }
    }

    [Fact]
    public void A_probability_of_one_corrects_nothing()
    {
        RetrievalCase given = RetrievalCase.Random(new Draw(2, 12), true, false, true, true, 9, 3, 5);
        (given with { Probabilities = [.. Enumerable.Repeat(1.0, 12)] }).Run<float>().IsExactly(given.Run<float>());
    }

    [Fact]
    public void Tiny_probabilities_are_used_as_they_are()
    {
        RetrievalCase given = RetrievalCase.Random(new Draw(2, 12), true, true, true, true, 9, 3, 5);
        given.Probabilities![4] = 1e-12f;
        given.Probabilities[7] = 1e-9f;
        given.Probabilities[2] = float.Epsilon;
        Outcome<double> expected = RetrievalReference.Run(given);
        given.Run<double>().AgreesWith(expected, 1e-10);
        given.Run<float>().AgreesWith(expected, 2e-4);
    }

    private static RetrievalCase Permuted(RetrievalCase given, int[] order, int[] columns) => given with
    {
        QueryEmbeddings = Pick(given.QueryEmbeddings, order, given.QueryLength),
        CandidateEmbeddings = Pick(given.CandidateEmbeddings, columns, given.Dimensions),
        Weights = given.Weights is null ? null : Pick(given.Weights, order, 1),
        Probabilities = given.Probabilities is null ? null : Pick(given.Probabilities, columns, 1),
        Keys = given.Keys is null ? null : [.. columns.Select(j => given.Keys[j])],
        Known = given.Known is null ? null : [.. order.Select(i => given.Known[i])],
        QueryKeys = given.QueryKeys is null ? null : [.. order.Select(i => given.QueryKeys[i])],
        Positives = given.Positives is null ? null : [.. order.Select(i => given.Positives[i].Select(j => Array.IndexOf(columns, j)).ToArray())],
        Mask = given.Mask is null ? null : [.. order.SelectMany(i => columns.Select(j => given.Mask[(i * given.Candidates) + j]))],
    };

    private static double[] Pick(double[] values, int[] rows, int width) =>
        [.. rows.SelectMany(row => values.AsSpan(row * width, width).ToArray())];
}
