using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Tasks;

namespace ManagedRetrieval.Demo.Checks;

/// <summary>Search and loss against plain loops.</summary>
internal static class LibraryChecks
{
    private const int Rows = 300, Dimensions = 21, Queries = 3, K = 10;

    /// <summary>All checks, to be run one after the other.</summary>
    public static IReadOnlyList<Func<CheckResult>> All { get; } = [ExactSearch, PartitionedSearch, SoftmaxLoss];

    private static CheckResult ExactSearch()
    {
        var comparison = new Comparison("Search in floats, in halves and in bytes, to the bit");
        (Tensor<float> rows, Tensor<float> queries) = Data(5);
        int[] names = [.. Enumerable.Range(0, Rows)];
        Compare(comparison, "floats", new BruteForceIndex<int>(rows, names), rows, queries);
        Compare(comparison, "bytes", new Int8Index<int>(rows, names), rows, queries);
        Tensor<float> rounded = rows.Clone();
        foreach (ref float value in rounded.Span)
        {
            value = (float)(Half)value;
        }

        Compare(comparison, "halves", new Float16Index<int>(rows, names), rounded, queries);
        return comparison.Result;
    }

    private static CheckResult PartitionedSearch()
    {
        var comparison = new Comparison("Search of all partitions, to the bit");
        (Tensor<float> rows, Tensor<float> queries) = Data(6);
        int[] names = [.. Enumerable.Range(0, Rows)];
        foreach (PartitionedLists lists in Enum.GetValues<PartitionedLists>())
        {
            PartitionedOptions options = new() { Partitions = 8, Probes = 8, Rescored = Rows, Lists = lists, Rescoring = PartitionedRescoring.FullPrecision };
            Compare(comparison, lists.ToString(), PartitionedIndex<int>.Build(rows, names, options), rows, queries);
        }

        return comparison.Result;
    }

    private static CheckResult SoftmaxLoss()
    {
        var comparison = new Comparison("The loss of a batch and its gradients, to 1 in 100,000");
        var numbers = new Numbers(7);
        const int Batch = 37, Width = 19;
        float[] queries = numbers.Floats(Batch * Width), candidates = numbers.Floats(Batch * Width);
        var tape = new Tape<float>();
        Variable<float> queryInput = tape.Input(new Tensor<float>(new Shape(Batch, Width), queries));
        Variable<float> candidateInput = tape.Input(new Tensor<float>(new Shape(Batch, Width), candidates));
        Variable<float> loss = new RetrievalTask<float>(new() { Temperature = 0.5 }).Loss(queryInput, candidateInput);
        tape.Backward(loss);
        double expected = 0;
        double[] queryGradient = new double[queries.Length], candidateGradient = new double[candidates.Length];
        for (int i = 0; i < Batch; i++)
        {
            double[] exponentials = new double[Batch];
            for (int j = 0; j < Batch; j++)
            {
                double score = 0;
                for (int d = 0; d < Width; d++)
                {
                    score += (double)queries[(i * Width) + d] * candidates[(j * Width) + d];
                }

                exponentials[j] = Math.Exp(score / 0.5);
            }

            double sum = exponentials.Sum();
            expected -= Math.Log(exponentials[i] / sum);
            for (int j = 0; j < Batch; j++)
            {
                double slope = ((exponentials[j] / sum) - (i == j ? 1 : 0)) / 0.5;
                for (int d = 0; d < Width; d++)
                {
                    queryGradient[(i * Width) + d] += slope * candidates[(j * Width) + d];
                    candidateGradient[(j * Width) + d] += slope * queries[(i * Width) + d];
                }
            }
        }

        comparison.Nearly("loss", [expected], loss.Value.Span, 1e-5);
        comparison.Nearly("gradient of the queries", queryGradient, queryInput.Gradient.Span, 1e-5);
        comparison.Nearly("gradient of the candidates", candidateGradient, candidateInput.Gradient.Span, 1e-5);
        return comparison.Result;
    }

    private static (Tensor<float> Rows, Tensor<float> Queries) Data(ulong seed)
    {
        var numbers = new Numbers(seed);
        return (new(new Shape(Rows, Dimensions), numbers.Floats(Rows * Dimensions)), new(new Shape(Queries, Dimensions), numbers.Floats(Queries * Dimensions)));
    }

    private static void Compare(Comparison comparison, string what, ITopKIndex<int> index, Tensor<float> rows, Tensor<float> queries)
    {
        ScoredCandidate<int>[][] found = index.Search(queries, K);
        for (int query = 0; query < Queries; query++)
        {
            float[] scores = new float[Rows];
            for (int i = 0; i < Rows * Dimensions; i++)
            {
                (int row, int d) = (i / Dimensions, i % Dimensions);
                scores[row] = MathF.FusedMultiplyAdd(queries.Row(query)[d], rows.Row(row)[d], scores[row]);
            }

            int[] best = [.. Enumerable.Range(0, Rows).OrderByDescending(row => scores[row]).Take(K)];
            comparison.Exactly($"scores in {what}", [.. best.Select(row => scores[row])], [.. found[query].Select(candidate => candidate.Score)]);
            comparison.Exactly($"rows in {what}", [.. best.Select(row => (float)row)], [.. found[query].Select(candidate => (float)candidate.Row)]);
        }
    }
}
