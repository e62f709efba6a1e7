using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Losses;

namespace ManagedRetrieval.Tests.Tasks;

/// <summary>The retrieval task in plain loops over double, straight from its formulas. Removed entries are skipped, not marked.</summary>
internal static class RetrievalReference
{
    public static Outcome<double> Run(RetrievalCase given)
    {
        RetrievalColumns[] rows = [.. Enumerable.Range(0, given.Queries).Select(i => RetrievalColumns.OfRow(given, i))];
        double[] losses = new double[given.Queries];
        double[,] gradient = new double[given.Queries, given.Candidates];
        double[] factors = Factors(given, rows);
        for (int i = 0; i < given.Queries; i++)
        {
            double share = given.Symmetric ? 0.5 : 1;
            double cotangent = factors[i] * (given.Reduction == LossReduction.None ? given.Cotangent![i] : 1);
            losses[i] += factors[i] * share * Add(given, rows[i], j => (i, j), share * cotangent, gradient);
            if (given.Symmetric)
            {
                losses[i] += factors[i] * share * Add(given, RetrievalColumns.OfColumn(given, rows, i), j => (j, i), share * cotangent, gradient);
            }
        }

        return Embed(given, given.Reduction == LossReduction.None ? losses : [losses.Sum()], gradient);
    }

    public static double RowLoss(RetrievalCase given, int row) =>
        Add(given, RetrievalColumns.OfRow(given, row), j => (row, j), 0, new double[given.Queries, given.Candidates]);

    /// <summary>The logit after step 3.</summary>
    public static double Logit(RetrievalCase given, int row, int column) =>
        Scaled(given, row, column) - (given.NegativesOnly && RetrievalColumns.IsPositive(given, row, column) ? 0 : LogProbability(given, column));

    public static IEnumerable<int> Kept(RetrievalCase given, int row) => RetrievalColumns.OfRow(given, row).Kept;

    /// <summary>The score of every head, before any step.</summary>
    public static double[] HeadScores(RetrievalCase given, int row, int column)
    {
        double[] scores = new double[Math.Max(1, given.Heads)];
        for (int h = 0; h < scores.Length; h++)
        {
            for (int d = 0; d < given.Dimensions; d++)
            {
                scores[h] += given.QueryEmbeddings[(((row * scores.Length) + h) * given.Dimensions) + d] * given.CandidateEmbeddings[(column * given.Dimensions) + d];
            }
        }

        return scores;
    }

    private static double Add(RetrievalCase given, RetrievalColumns columns, Func<int, (int Row, int Column)> place, double cotangent, double[,] gradient)
    {
        double[] logits = new double[given.Candidates];
        foreach (int j in columns.Kept)
        {
            (int row, int column) = place(j);
            logits[j] = Logit(given, row, column);
        }

        (double loss, Dictionary<int, double> slopes) = RetrievalLossReference.Of(given, columns, logits);
        foreach ((int j, double slope) in slopes)
        {
            (int row, int column) = place(j);
            gradient[row, column] += cotangent * slope;
        }

        return loss;
    }

    /// <summary>What each row's loss is multiplied by.</summary>
    private static double[] Factors(RetrievalCase given, RetrievalColumns[] rows)
    {
        double[] factors = [.. Enumerable.Range(0, given.Queries).Select(i => rows[i].Dropped ? 0 : given.Weights?[i] ?? 1)];
        double total = given.Compatible ? given.Queries : factors.Sum();
        return given.Reduction == LossReduction.Mean && total > 0 ? [.. factors.Select(factor => factor / total)] : factors;
    }

    private static Outcome<double> Embed(RetrievalCase given, double[] loss, double[,] gradient)
    {
        var queryGradient = new Tensor<double>(given.QueryTensor<double>().Shape);
        var candidateGradient = new Tensor<double>(new Shape(given.Candidates, given.Dimensions));
        double[] queryTerms = new double[queryGradient.Shape.Length], candidateTerms = new double[candidateGradient.Shape.Length];
        double temperatureGradient = 0, temperatureTerms = 0;
        for (int i = 0; i < given.Queries; i++)
        {
            for (int j = 0; j < given.Candidates; j++)
            {
                double slope = gradient[i, j] / (given.Temperature ?? 1);
                double[] scores = HeadScores(given, i, j);
                int head = Array.IndexOf(scores, scores.Max());
                int query = ((i * scores.Length) + head) * given.Dimensions;
                for (int d = 0; d < given.Dimensions; d++)
                {
                    queryGradient.Span[query + d] += slope * given.CandidateEmbeddings[(j * given.Dimensions) + d];
                    candidateGradient.Row(j)[d] += slope * given.QueryEmbeddings[query + d];
                    queryTerms[query + d] += Math.Abs(slope * given.CandidateEmbeddings[(j * given.Dimensions) + d]);
                    candidateTerms[(j * given.Dimensions) + d] += Math.Abs(slope * given.QueryEmbeddings[query + d]);
                }

                // d(s / e^θ)/dθ = −s / e^θ.
                temperatureGradient -= gradient[i, j] * Scaled(given, i, j);
                temperatureTerms += Math.Abs(gradient[i, j] * Scaled(given, i, j));
            }
        }

        return new Outcome<double>(loss, queryGradient, candidateGradient)
        {
            TemperatureGradient = given.LearnTemperature ? [temperatureGradient] : [],
            TemperatureTerms = temperatureTerms,
            IsWellConditioned = Norm(queryGradient.Span) >= 1e-2 * Norm(queryTerms) && Norm(candidateGradient.Span) >= 1e-2 * Norm(candidateTerms),
        };
    }

    private static double Norm(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
        {
            sum += value * value;
        }

        return Math.Sqrt(sum);
    }

    private static double Scaled(RetrievalCase given, int row, int column) => HeadScores(given, row, column).Max() / (given.Temperature ?? 1);

    private static double LogProbability(RetrievalCase given, int column) => Math.Log(
        given.Compatible ? Math.Max(1e-6, given.Probabilities?[column] ?? 1) : given.Probabilities?[column] ?? 1);
}
