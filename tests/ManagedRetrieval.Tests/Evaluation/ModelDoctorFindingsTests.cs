using System.Globalization;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Evaluation;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Evaluation;

/// <summary>What the doctor says in words.</summary>
public class ModelDoctorFindingsTests
{
    [Fact]
    public void A_healthy_model_has_no_findings()
    {
        QueryRanks ranks = new([new(3, 0), new(0, 0)], 400);
        int[] recommended = [.. Enumerable.Range(0, 100), -1];
        DoctorReport report = ModelDoctor.Examine(Healthy(1), Healthy(2), ranks, recommended, 0.02);
        Assert.Empty(report.Findings);
        Assert.Equal(0, report.TieRate);
        Assert.Equal(0.02, report.MaskedShare);
        Assert.Equal(RecommendationMetrics.Coverage(recommended, 400), report.Coverage);
        Assert.Equal(RecommendationMetrics.Gini(recommended, 400), report.Gini);
        Assert.InRange(report.Candidates.EffectiveRank, 12, 16);
        Assert.InRange(report.Candidates.MeanCosine, -0.05, 0.05);
    }

    [Fact]
    public void Each_illness_is_named_and_no_other()
    {
        Tensor<float> well = Healthy(1);
        Finding(Changed(row => row[3] = float.NaN, every: 400), "0.3 % of candidate embeddings hold NaN or infinities");
        Finding(Changed(row => row.Clear(), every: 20), "5.0 % of candidate embeddings are all zeros");
        Finding(
            Changed(
                row =>
                {
                    row[0] = MathF.CopySign(1, row[0]);
                    row[1..].Clear();
                },
                every: 1),
            "candidate embeddings use 1.0 of 16 dimensions: collapse");
        Finding(Changed(row => row[5] += 10, every: 1), "candidate embeddings point the same way");
        Finding(
            Changed(
                row =>
                {
                    for (int i = 0; i < row.Length; i++)
                    {
                        row[i] *= 50;
                    }
                },
                every: 2),
            "norms of candidate embeddings differ", "-fold");

        void Finding(Tensor<float> ill, params string[] words)
        {
            string finding = Assert.Single(ModelDoctor.Examine(well, ill).Findings);
            Assert.All(words, word => Assert.Contains(word, finding, StringComparison.Ordinal));
            Assert.Equal(finding.Replace("candidate", "query", StringComparison.Ordinal), Assert.Single(ModelDoctor.Examine(ill, well).Findings));
        }
    }

    [Fact]
    public void Ties_coverage_and_masks_are_judged_where_they_are_given()
    {
        Tensor<float> well = Healthy(1);
        var tied = new QueryRanks([.. Enumerable.Range(0, 50).Select(query => new RankCounts(0, query < 3 ? 2 : 0))], 100);
        DoctorReport report = ModelDoctor.Examine(well, well, tied);
        Assert.Equal(0.06, report.TieRate);
        Assert.Equal("6.0 % of positives tie with other candidates: scores do not tell them apart.", Assert.Single(report.Findings));
        Assert.Empty(ModelDoctor.Examine(well, well, tied.Slice([.. Enumerable.Range(1, 49)])).Findings);

        // 100 recommendations of 2 items, where 100 of 400 could have been.
        report = ModelDoctor.Examine(well, well, recommendedRows: [.. Enumerable.Range(0, 100).Select(i => i % 2), -1, -1]);
        Assert.StartsWith("only 0.5 % of candidates are recommended to anybody, of 25.0 % that could be", Assert.Single(report.Findings), StringComparison.Ordinal);
        Assert.Empty(ModelDoctor.Examine(well, well, recommendedRows: [3]).Findings);
        Assert.StartsWith("30.0 % of a batch's scores are masked", Assert.Single(ModelDoctor.Examine(well, well, maskedShare: 0.3).Findings), StringComparison.Ordinal);
        Assert.Empty(ModelDoctor.Examine(well, well, maskedShare: 0.25).Findings);
    }

    [Fact]
    public void Findings_are_the_same_in_every_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        Tensor<float> ill = Changed(row => row[1..].Clear(), every: 1);
        string expected = ModelDoctor.Examine(ill, Healthy(1), maskedShare: 0.5).Findings.Aggregate((x, y) => x + y);
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("tr-TR");
            Assert.Equal(expected, ModelDoctor.Examine(ill, Healthy(1), maskedShare: 0.5).Findings.Aggregate((x, y) => x + y));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static Tensor<float> Healthy(ulong seed) => new Draw(seed, 12).Tensor<float>(new Shape(400, 16));

    private static Tensor<float> Changed(Action<Span<float>> change, int every)
    {
        Tensor<float> rows = Healthy(2);
        for (int row = 0; row < rows.Shape.Rows; row += every)
        {
            change(rows.Row(row));
        }

        return rows;
    }
}
