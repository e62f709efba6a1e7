using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Evaluation;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.TestKit;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Statistics;

namespace ManagedRetrieval.Tests.Evaluation;

public class ModelDoctorTests
{
    public ModelDoctorTests() => Control.UseManaged();

    [Fact]
    public void The_effective_rank_is_that_of_the_singular_values() => RandomCases.Check(
        draw =>
        {
            Tensor<float> rows = draw.Tensor<float>(new Shape(draw.Length(), draw.Length()));
            if (draw.Bool())
            {
                // A few dimensions that matter, the others small: far from the greatest rank.
                for (int i = 0; i < rows.Shape.Length; i++)
                {
                    rows.Span[i] *= i % rows.Shape[1] < 2 ? 1 : 0.01f;
                }
            }

            double[] singular = [.. Matrix(rows).Svd(computeVectors: false).S];
            double entropy = singular.Select(value => value / singular.Sum()).Where(share => share > 0).Sum(share => -share * Math.Log(share));
            Assert.Equal(Math.Exp(entropy), Examine(rows).EffectiveRank, 1e-6);
        },
        cases: 300,
        size: 30);

    [Fact]
    public void Equal_directions_have_rank_one_and_equal_axes_all_of_them()
    {
        Tensor<float> one = Rows(50, 16, (row, column) => (row + 1) * 0.37f * (column - 5));
        Assert.Equal(1, Examine(one).EffectiveRank, 1e-5);
        Tensor<float> axes = Rows(48, 16, (row, column) => row % 16 == column ? 0.3f : 0);
        Assert.Equal(16, Examine(axes).EffectiveRank, 1e-9);

        // Fewer rows than dimensions: no more than rows.
        Assert.Equal(3, Examine(axes.Rows(0, 3)).EffectiveRank, 1e-9);
    }

    [Fact]
    public void Norms_and_cosines_are_those_of_the_rows_one_by_one() => RandomCases.Check(
        draw =>
        {
            Tensor<float> rows = draw.Tensor<float>(new Shape(draw.Length(2), draw.Length()));
            for (int row = 0; row < rows.Shape.Rows; row++)
            {
                int kind = draw.Below(6);
                if (kind == 0)
                {
                    rows.Row(row).Clear();
                }
                else if (kind == 1)
                {
                    rows.Row(row)[draw.Below(rows.Shape[1])] = draw.OneOf(float.NaN, float.PositiveInfinity, float.NegativeInfinity);
                }
            }

            Vector<double>[] all = [.. Matrix(rows).EnumerateRows()];
            Vector<double>[] finite = [.. all.Where(row => row.All(double.IsFinite))];
            double[] norms = [.. finite.Select(row => row.L2Norm())];
            EmbeddingHealth health = Examine(rows);
            Assert.Equal((all.Length, rows.Shape[1]), (health.Rows, health.Dimensions));
            Assert.Equal((all.Length - finite.Length) / (double)all.Length, health.NonFiniteRows);
            Assert.Equal(norms.Count(norm => norm == 0) / (double)all.Length, health.DeadRows);
            foreach ((double share, double actual) in ((double, double)[])[(0.05, health.NormLow), (0.5, health.NormMedian), (0.95, health.NormHigh)])
            {
                Same(norms.Length == 0 ? double.NaN : norms.QuantileCustom(share, QuantileDefinition.R7), actual);
            }

            Same(norms.Sum() == 0 ? double.NaN : norms.PopulationStandardDeviation() / norms.Mean(), health.NormVariation);
            Vector<double>[] alive = [.. finite.Where(row => row.L2Norm() > 0)];
            double[] cosines = [.. alive.SelectMany((x, i) => alive.Skip(i + 1).Select(y => x * y / (x.L2Norm() * y.L2Norm())))];
            Same(cosines.Length == 0 ? double.NaN : cosines.Average(), health.MeanCosine);

            static void Same(double expected, double actual)
            {
                Assert.Equal(double.IsNaN(expected), double.IsNaN(actual));
                Assert.True(double.IsNaN(expected) || Math.Abs(expected - actual) < 1e-9, FormattableString.Invariant($"{actual}, not {expected}"));
            }
        },
        cases: 300,
        size: 20);

    [Fact]
    public void A_sample_is_spread_over_all_rows_and_follows_its_seed()
    {
        // Norms 1 to 1000. Ten rows, one from each hundred: the median lies between one of 401 to 500 and one of 501 to 600.
        Tensor<float> rows = Rows(1000, 2, (row, column) => column == 0 ? row + 1 : 0);
        EmbeddingHealth[] samples = [.. Enumerable.Range(0, 20).Select(seed => ModelDoctor.Examine(rows, rows, sampleRows: 10, seed: (ulong)seed).Candidates)];
        Assert.All(samples, sample => Assert.Equal(10, sample.Rows));
        Assert.All(samples, sample => Assert.InRange(sample.NormMedian, 451, 550));
        Assert.All(samples, sample => Assert.InRange(sample.NormHigh, 801, 1000));
        Assert.InRange(samples.Select(sample => sample.NormMedian).Distinct().Count(), 10, 20);
        Assert.Equal(samples[7], ModelDoctor.Examine(rows, rows, sampleRows: 10, seed: 7).Candidates);

        // A sample as large as the corpus is the corpus.
        Assert.Equal(500.5, ModelDoctor.Examine(rows, rows, sampleRows: 1000).Candidates.NormMedian);
    }

    [Fact]
    public void Heads_are_rows()
    {
        var draw = new Draw(3, 12);
        Tensor<float> heads = draw.Tensor<float>(new Shape(8, 3, 5)), candidates = draw.Tensor<float>(new Shape(9, 5));
        var flat = new Tensor<float>(new Shape(24, 5), heads.Memory);
        Assert.Equal(ModelDoctor.Examine(flat, candidates).Queries, ModelDoctor.Examine(heads, candidates).Queries);
    }

    [Fact]
    public void What_was_not_given_is_not_judged()
    {
        DoctorReport report = ModelDoctor.Examine(Healthy(1), Healthy(2));
        Assert.Empty(report.Findings);
        Assert.All([report.TieRate, report.Coverage, report.Gini, report.MaskedShare], figure => Assert.True(double.IsNaN(figure)));
        Assert.True(double.IsNaN(ModelDoctor.Examine(Healthy(1), Healthy(2), new QueryRanks([], 3)).TieRate));
    }

    [Fact]
    public void Nothing_but_zeros_or_NaN_gives_figures_that_are_missing_rather_than_wrong()
    {
        EmbeddingHealth dead = Examine(new Tensor<float>(new Shape(4, 3)));
        Assert.Equal((1.0, 0.0, 0.0), (dead.DeadRows, dead.NormLow, dead.NormHigh));
        Assert.All([dead.EffectiveRank, dead.NormVariation, dead.MeanCosine], figure => Assert.True(double.IsNaN(figure)));
        EmbeddingHealth lost = Examine(Rows(4, 3, (_, _) => float.NaN));
        Assert.Equal(1, lost.NonFiniteRows);
        Assert.All([lost.EffectiveRank, lost.NormLow, lost.NormMedian, lost.NormVariation, lost.MeanCosine], figure => Assert.True(double.IsNaN(figure)));
    }

    [Fact]
    public void Bad_arguments_are_refused()
    {
        Tensor<float> well = Healthy(1);
        Refusal.Of<ArgumentException>(() => ModelDoctor.Examine(well, new Tensor<float>(new Shape(4, 3))), "candidateEmbeddings must have the shape [N, 16]");
        Refusal.Of<ArgumentException>(() => ModelDoctor.Examine(new Tensor<float>(new Shape(0, 16)), well), "queryEmbeddings must have at least one row");
        Refusal.Of<ArgumentException>(() => ModelDoctor.Examine(well, new Tensor<float>(new Shape(0, 16))), "candidateEmbeddings must have at least one row");
        Refusal.Of<ArgumentException>(() => ModelDoctor.Examine(well, well, recommendedRows: [400]), "number 0 is 400");
        Refusal.Of<ArgumentOutOfRangeException>(() => ModelDoctor.Examine(well, well, maskedShare: 1.5), "maskedShare is 1.5; expected a number from 0 to 1");
        Refusal.Of<ArgumentOutOfRangeException>(() => ModelDoctor.Examine(well, well, maskedShare: -0.5), "maskedShare is -0.5");
        Refusal.Of<ArgumentOutOfRangeException>(() => ModelDoctor.Examine(well, well, sampleRows: 1), "sampleRows is 1; expected at least 2");
    }

    private static EmbeddingHealth Examine(Tensor<float> rows) => ModelDoctor.Examine(rows, rows).Candidates;

    private static Tensor<float> Healthy(ulong seed) => new Draw(seed, 12).Tensor<float>(new Shape(400, 16));

    private static Tensor<float> Rows(int count, int width, Func<int, int, float> value)
    {
        var rows = new Tensor<float>(new Shape(count, width));
        for (int i = 0; i < rows.Shape.Length; i++)
        {
            rows.Span[i] = value(i / width, i % width);
        }

        return rows;
    }

    private static Matrix<double> Matrix(Tensor<float> rows) =>
        Matrix<double>.Build.Dense(rows.Shape[0], rows.Shape[1], (row, column) => rows.Row(row)[column]);
}
