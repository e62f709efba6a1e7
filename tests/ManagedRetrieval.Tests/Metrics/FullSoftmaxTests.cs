using System.Numerics;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Metrics;

public class FullSoftmaxTests
{
    [Fact]
    public void Losses_are_those_of_the_plain_loop_with_copies_NaN_and_heads() => RandomCases.Check(
        draw =>
        {
            Check(new CorpusCase<float>(draw), draw, 2e-5);
            Check(new CorpusCase<double>(draw), draw, 1e-12);
        },
        cases: 300,
        size: 25);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 3)]
    [InlineData(150, 1)]
    public void Ranges_and_workers_cannot_be_seen(int queryCount, int heads)
    {
        // With one query the candidates are cut into ranges; the greatest scores lie in the last.
        const int Rows = 40_000;
        Tensor<float> queries = new Draw(41, 1).Tensor<float>(new Shape(queryCount, heads, 5)), corpus = new Draw(42, 1).Tensor<float>(new Shape(Rows, 5));
        for (int row = Rows - 10; row < Rows; row++)
        {
            for (int d = 0; d < 5; d++)
            {
                corpus.Row(row)[d] = 30 * queries.Row(0)[d];
            }
        }

        int[] positives = [.. Enumerable.Range(0, queryCount).Select(query => query * 7)];
        double[] expected = Naive(queries, corpus, positives, 0.5);
        double[] alone = FullSoftmax.CrossEntropy(queries, corpus, positives, 0.5);
        for (int query = 0; query < queryCount; query++)
        {
            Assert.Equal(expected[query], alone[query], 1e-4 * (1 + Math.Abs(expected[query])));
        }

        foreach (int workers in (int[])[2, 3, 8])
        {
            using var team = new WorkerTeam(workers);
            Assert.Equal(alone, FullSoftmax.CrossEntropy(queries, corpus, positives, 0.5, team));
        }
    }

    [Fact]
    public void A_model_that_knows_nothing_loses_the_logarithm_of_the_corpus()
    {
        Tensor<float> zeros = new(new Shape(7, 3));
        Assert.All(FullSoftmax.CrossEntropy(zeros, zeros, [0, 1, 2, 3, 4, 5, 6]), loss => Assert.Equal(Math.Log(7), loss, 1e-6));
        Assert.Empty(FullSoftmax.CrossEntropy(zeros.Rows(0, 0), zeros, []));
    }

    [Fact]
    public void What_cannot_be_is_named()
    {
        Tensor<float> queries = new(new Shape(2, 3)), corpus = new(new Shape(4, 3));
        foreach (double temperature in (double[])[0, -1, double.NaN, double.PositiveInfinity, 1e-300, 1e300])
        {
            Refusal.Of<ArgumentOutOfRangeException>(() => FullSoftmax.CrossEntropy(queries, corpus, [0, 1], temperature), "temperature", FormattableString.Invariant($"{temperature}"));
        }

        Refusal.Of<ArgumentException>(() => FullSoftmax.CrossEntropy(queries, corpus, [0, 4]), "positives", "number 1 is 4");
        Refusal.Of<ArgumentException>(() => FullSoftmax.CrossEntropy(queries, new Tensor<float>(new Shape(4, 2)), [0, 1]), "candidateEmbeddings", "[N, 3]");
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => FullSoftmax.CrossEntropy(queries, corpus, [0, 1], cancellationToken: cancelled.Token));
    }

    private static void Check<T>(CorpusCase<T> known, Draw draw, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int[] positives = draw.Ids(known.QueryCount, known.CandidateCount);
        double temperature = draw.OneOf(0.05, 1, 3);
        double[] expected = Naive(known.Queries, known.Candidates, positives, temperature);
        double[] actual = FullSoftmax.CrossEntropy(known.Queries, known.Candidates, positives, temperature);
        Assert.Equal(expected.Length, actual.Length);
        for (int query = 0; query < expected.Length; query++)
        {
            Assert.True(
                expected[query].Equals(actual[query]) || Math.Abs(expected[query] - actual[query]) <= tolerance * (1 + (6 / temperature)),
                $"query {query}: {actual[query]}, expected {expected[query]}");
        }
    }

    private static double[] Naive<T>(Tensor<T> queries, Tensor<T> corpus, int[] positives, double temperature)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int width = corpus.Shape.RowLength;
        double[] losses = new double[queries.Shape.Rows];
        for (int query = 0; query < losses.Length; query++)
        {
            double[] logits = new double[corpus.Shape.Rows];
            for (int row = 0; row < logits.Length; row++)
            {
                double best = double.NegativeInfinity;
                for (int head = 0; head < queries.Shape.RowLength; head += width)
                {
                    double score = 0;
                    for (int d = 0; d < width; d++)
                    {
                        score += double.CreateChecked(queries.Row(query)[head + d]) * double.CreateChecked(corpus.Row(row)[d]);
                    }

                    best = Math.Max(best, score);
                }

                logits[row] = best / temperature;
            }

            double greatest = logits.Max();
            losses[query] = logits.Any(double.IsNaN) ? double.NaN : greatest - logits[positives[query]] + Math.Log(logits.Sum(logit => Math.Exp(logit - greatest)));
        }

        return losses;
    }
}
