using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Tests.Tasks;

/// <summary>The retrieval task in plain loops over double, straight from its formulas. Removed entries are skipped, not marked.</summary>
internal static class RetrievalReference
{
    public static Outcome<double> Run(RetrievalCase given)
    {
        double loss = 0;
        var queryGradient = new Tensor<double>(new Shape(given.Queries, given.Dimensions));
        var candidateGradient = new Tensor<double>(new Shape(given.Candidates, given.Dimensions));
        for (int i = 0; i < given.Queries; i++)
        {
            double weight = given.Weights?[i] ?? 1;
            loss += weight * RowLoss(given, i);
            foreach (int j in Kept(given, i))
            {
                double gradient = weight * (Softmax(given, i, j) - (j == i ? 1 : 0)) / (given.Temperature ?? 1);
                for (int d = 0; d < given.Dimensions; d++)
                {
                    queryGradient.Row(i)[d] += gradient * given.CandidateEmbeddings[(j * given.Dimensions) + d];
                    candidateGradient.Row(j)[d] += gradient * given.QueryEmbeddings[(i * given.Dimensions) + d];
                }
            }
        }

        return new Outcome<double>([loss], queryGradient, candidateGradient);
    }

    public static double RowLoss(RetrievalCase given, int row)
    {
        (double maximum, double sum) = Normalizer(given, row);
        return Math.Log(sum) + (maximum - Logit(given, row, row));
    }

    public static double Logit(RetrievalCase given, int row, int column)
    {
        double score = 0;
        for (int d = 0; d < given.Dimensions; d++)
        {
            score += given.QueryEmbeddings[(row * given.Dimensions) + d] * given.CandidateEmbeddings[(column * given.Dimensions) + d];
        }

        return (score / (given.Temperature ?? 1)) - Math.Log(given.Probabilities?[column] ?? 1);
    }

    public static IEnumerable<int> Kept(RetrievalCase given, int row)
    {
        for (int j = 0; j < given.Candidates; j++)
        {
            if (j == row || given.Keys is null || given.Keys[j] != given.Keys[row])
            {
                yield return j;
            }
        }
    }

    private static double Softmax(RetrievalCase given, int row, int column)
    {
        (double maximum, double sum) = Normalizer(given, row);
        return Math.Exp(Logit(given, row, column) - maximum) / sum;
    }

    private static (double Maximum, double Sum) Normalizer(RetrievalCase given, int row)
    {
        double maximum = Kept(given, row).Max(j => Logit(given, row, j));
        return (maximum, Kept(given, row).Sum(j => Math.Exp(Logit(given, row, j) - maximum)));
    }
}
