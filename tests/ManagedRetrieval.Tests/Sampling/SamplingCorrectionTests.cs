using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Sampling;

/// <summary>In-batch softmax with corrected logits learns what a softmax over all items would.</summary>
/// <remarks>
/// <para>
/// The set-up. A pair is a query x, one of eight with equal probability, and an item y, one of fifty, drawn from p(y|x):
/// Zipf's law times a taste of the query. Over all pairs item y has the frequency q(y), so the candidates of a batch of B
/// pairs are B independent draws from q. Scores spread by about two thirds, as they do before a model has learned.
/// </para>
/// <para>
/// Why it holds. For one query with scores s, the mean of the batch's embeddings v under the softmax of the logits
/// s − log q is (Σ v eˢ / q) / (Σ eˢ / q), summed over draws. Each sum, divided by B, is a mean whose expectation is the
/// sum over all items, Σ v eˢ or Σ eˢ: importance sampling. So the gradient tends to that of the full softmax, with a
/// distance of order 1 / B, from the quotient of two means and from the positive, which is in every batch. Without the
/// correction the sums tend to Σ q v eˢ and Σ q eˢ, another distribution, and no batch is large enough.
/// Accidental hits stay in: they are the draws that give the positive its share of the normaliser.
/// </para>
/// <para>
/// How it is measured. The distance is one of expectations, so noise must stay far below it. A pair's gradient is (mean
/// of v) − v_y under both losses; so the mean of their difference over the same sampled pairs is the difference of
/// the expectations, free of the noise of the positives. Two halves of the batches tell how much noise is left. A row's
/// gradient depends on no other row's query, so the first eight rows of each batch are enough.
/// </para>
/// </remarks>
public class SamplingCorrectionTests
{
    private const int Items = 50;
    private const int Queries = 8;
    private const int Dimensions = 4;
    private const int MeasuredRows = 8;
    private const int Batches = 8000;
    private const double Temperature = 0.5;
    private const double Range = 0.7;

    private static readonly int[] BatchSizes = [16, 64, 256, 1024];

    [Fact]
    public void The_distance_to_the_full_gradient_falls_with_the_batch_with_correction_and_stays_without()
    {
        var world = new World(seed: 1);
        (double Distance, double Noise)[] corrected = [.. BatchSizes.Select(size => world.Measure(size, correct: true))];
        (double Distance, double Noise)[] plain = [.. BatchSizes.Select(size => world.Measure(size, correct: false))];
        string figures = $"corrected {string.Join(", ", corrected)}; not corrected {string.Join(", ", plain)}";
        for (int i = 0; i < BatchSizes.Length; i++)
        {
            Assert.True(corrected[i].Noise < 0.025 && plain[i].Noise < 0.025, figures);
            Assert.True(plain[i].Distance > 3 * corrected[i].Distance, figures);
            if (i > 0)
            {
                Assert.True(corrected[i].Distance + corrected[i].Noise + corrected[i - 1].Noise < corrected[i - 1].Distance, figures);
                Assert.True(plain[i].Distance > 0.9 * plain[0].Distance, figures);
            }
        }

        Assert.True(corrected[^1].Distance + corrected[^1].Noise < 0.05, figures);
    }

    /// <summary>Queries, items and their distribution, all from one seed.</summary>
    private sealed class World
    {
        private readonly double[] _queries;
        private readonly double[] _items;
        private readonly double[][] _given = new double[Queries][];
        private readonly double[] _frequency = new double[Items];
        private readonly double[] _means = new double[Queries * Dimensions];

        public World(ulong seed)
        {
            var draw = new Draw(seed, 1);
            (_queries, _items) = (Uniform(draw, Queries * Dimensions, Range), Uniform(draw, Items * Dimensions, Range));
            for (int x = 0; x < Queries; x++)
            {
                double[] taste = Uniform(draw, Items, 1);
                _given[x] = Normalized(Enumerable.Range(0, Items).Select(y => Math.Exp(taste[y]) / (y + 1)));
                double[] softmax = Normalized(Enumerable.Range(0, Items).Select(y => Math.Exp(Score(x, y))));
                for (int y = 0; y < Items; y++)
                {
                    _frequency[y] += _given[x][y] / Queries;
                    for (int d = 0; d < Dimensions; d++)
                    {
                        _means[(x * Dimensions) + d] += softmax[y] * _items[(y * Dimensions) + d];
                    }
                }
            }
        }

        /// <summary>‖E[in-batch gradient] − full gradient‖ / ‖full gradient‖, over all queries, and its standard error.</summary>
        public (double Distance, double Noise) Measure(int batchSize, bool correct)
        {
            // Of the even batches, then of the odd ones.
            double[][] difference = [new double[Queries * Dimensions], new double[Queries * Dimensions]];
            int[][] counts = [new int[Queries], new int[Queries]];
            var task = new RetrievalTask<double>(new RetrievalTaskOptions<double> { Temperature = Temperature });
            var tape = new Tape<double>();
            var draw = new Draw((ulong)batchSize, 1);
            (int[] x, int[] y) = (new int[batchSize], new int[batchSize]);
            var queries = new Tensor<double>(new Shape(MeasuredRows, Dimensions));
            var candidates = new Tensor<double>(new Shape(batchSize, Dimensions));
            var probability = new Tensor<double>(new Shape(batchSize));
            double[][] upTo = [.. _given.Select(UpTo)];
            for (int batch = 0; batch < Batches; batch++)
            {
                for (int i = 0; i < batchSize; i++)
                {
                    x[i] = draw.Below(Queries);
                    y[i] = Pick(upTo[x[i]], draw.Uniform());
                    Vector(_items, y[i]).CopyTo(candidates.Row(i));
                    probability.Span[i] = _frequency[y[i]];
                }

                for (int i = 0; i < MeasuredRows; i++)
                {
                    Vector(_queries, x[i]).CopyTo(queries.Row(i));
                }

                tape.Reset();
                Variable<double> input = tape.Input(queries);
                tape.Backward(task.Loss(input, tape.Constant(candidates), new RetrievalArguments<double>
                {
                    CandidateSamplingProbability = correct ? probability : default,
                }));
                for (int i = 0; i < MeasuredRows; i++)
                {
                    counts[batch % 2][x[i]]++;
                    for (int d = 0; d < Dimensions; d++)
                    {
                        difference[batch % 2][(x[i] * Dimensions) + d] += input.Gradient.Row(i)[d] - FullGradient(x[i], y[i], d);
                    }
                }
            }

            (double distance, double noise, double norm) = (0, 0, 0);
            for (int query = 0; query < Queries; query++)
            {
                for (int d = 0; d < Dimensions; d++)
                {
                    double full = Enumerable.Range(0, Items).Sum(item => _given[query][item] * FullGradient(query, item, d));
                    double even = difference[0][(query * Dimensions) + d] / counts[0][query];
                    double odd = difference[1][(query * Dimensions) + d] / counts[1][query];
                    distance += Math.Pow((even + odd) / 2, 2);
                    noise += Math.Pow((even - odd) / 2, 2);
                    norm += full * full;
                }
            }

            return (Math.Sqrt(distance / norm), Math.Sqrt(noise / norm));
        }

        /// <summary>The gradient of −log softmax(s)_y over all items with respect to the query, s being the scores over the temperature.</summary>
        private double FullGradient(int x, int y, int d) =>
            (_means[(x * Dimensions) + d] - _items[(y * Dimensions) + d]) / Temperature;

        private double Score(int x, int y)
        {
            double sum = 0;
            for (int d = 0; d < Dimensions; d++)
            {
                sum += _queries[(x * Dimensions) + d] * _items[(y * Dimensions) + d];
            }

            return sum / Temperature;
        }

        private static ReadOnlySpan<double> Vector(double[] matrix, int row) => matrix.AsSpan(row * Dimensions, Dimensions);

        private static double[] Uniform(Draw draw, int count, double range) =>
            [.. Enumerable.Range(0, count).Select(_ => draw.Uniform(-range, range))];

        private static double[] Normalized(IEnumerable<double> weights)
        {
            double[] values = [.. weights];
            double sum = values.Sum();
            return [.. values.Select(value => value / sum)];
        }

        private static double[] UpTo(double[] probabilities) => [.. probabilities.Select((_, last) => probabilities[..(last + 1)].Sum())];

        private static int Pick(double[] upTo, double uniform)
        {
            int place = Array.BinarySearch(upTo, uniform);
            return Math.Min(place < 0 ? ~place : place + 1, upTo.Length - 1);
        }
    }
}
