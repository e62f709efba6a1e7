using ManagedRetrieval.Benchmarks.Adjacency;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Benchmarks.Indexes.Data;

/// <summary>Generates vectors that look like those of a trained model: clusters in groups, of Zipf's sizes, each flat in its own way, with long-tailed norms.</summary>
/// <remarks>
/// <para>
/// Why: on isotropic noise no approximate index is worth its name, since all candidates are about equally far; on a few
/// round clusters every index is, since the right partition is plain. Trained vectors lie between. They have a decaying
/// spectrum, clusters within clusters, neighbourhoods of few dimensions that differ from place to place, and, where scores
/// are dot products, longer vectors for what is popular, so that the same few long candidates come up again and again.
/// <see cref="VectorFacts"/> measures how close this comes, and <c>generate-vectors</c> prints it, of trained vectors with
/// <c>--trained</c>. The million rows beside 41,000 of two trained models, by cosine and by dot product: the first 8 and 32
/// principal axes have 40 and 76 % of the mean square (23 and 60 %; 29 and 70 %); norms at 1, 50 and 99 % are 0.64, 1.15
/// and 2.17 (1; 0.43, 2.39 and 4.88); beside the centroids of 4 √n partitions lie 38 % of it (62 %; 47 %); the best hundredth of
/// the partitions holds 77 % of the top 10 (92 %; 90 %); the best cosine is 0.62 (0.65; 0.62), and the hundredth score lies
/// 33 % below the best (43 %; 42 %). So it is a little harder to search than they are.
/// </para>
/// <para>
/// Spectrum: a draw is Σ_d (d + 1)^−0.4 n_d · axis_d, scaled so that its mean square is 1; the axes are a random rotation's,
/// the same for all, so that no dimension is worth more than another.
/// </para>
/// <para>
/// Clusters: group j has the centre g_j, a draw. Cluster c is in a group by chance, has the centre 0.6 g + 0.8 draw, the
/// spread s = 0.8 exp(0.25 n), 16 axes a_r that are draws of its own scaled to length 1, and the weight (c + 20)^−0.8.
/// </para>
/// <para>
/// Row i: its cluster by the chances of weights; direction = centre + s (Σ_r t_r n_r a_r + 0.5 e), t_r in proportion to
/// (r + 1)^−0.5 with Σ t_r² = 0.75, and e isotropic with mean square 1; scaled to the length exp(0.2 n) · (w / w̄)^0.15, w the
/// cluster's weight and w̄ the geometric mean of all weights.
/// </para>
/// <para>
/// Queries: as users like things: one to three clusters by the chances of weights, with the parts 1, 1/4 and 1/9 of the sum;
/// for each a direction drawn as a row's is and scaled to length 1; and 0.25 of a draw as noise. Only their direction matters.
/// </para>
/// <para>
/// Every number is a function of the seed, the row and a position: rows can be made in any batches, by any number of workers.
/// Logarithms, powers and sines are the platform's, so that another platform may give other last bits.
/// </para>
/// </remarks>
internal sealed class VectorGenerator
{
    private const int Dimensions = VectorSetting.Dimensions, Axes = 16;

    private const double SpectrumExponent = -0.4, WeightExponent = -0.8, WeightOffset = 20, LengthExponent = 0.15;

    private const float GroupPart = 0.6f, OwnPart = 0.8f, Spread = 0.8f, SpreadVariation = 0.25f, AxesShare = 0.75f, RoundPart = 0.5f, LengthVariation = 0.2f, QueryNoise = 0.25f;

    /// <summary>Streams of rows have the row's number added, so they lie far apart.</summary>
    private const ulong RotationStream = 1, GroupStream = 1UL << 32, ClusterStream = 2UL << 32, RowStream = 3UL << 32, QueryStream = 5UL << 32;

    private readonly VectorSetting _setting;
    private readonly WeightedItems _clusters;
    private readonly float[] _axisStrengths = new float[Axes];
    private readonly float[] _spectrum = new float[Dimensions];
    private readonly float[] _rotation;
    private readonly float[] _centres;
    private readonly float[] _axes;
    private readonly float[] _spreads;
    private readonly double[] _lengths;

    /// <summary>Makes the clusters.</summary>
    public VectorGenerator(VectorSetting setting)
    {
        _setting = setting;
        double[] weights = [.. Enumerable.Range(0, setting.Clusters).Select(cluster => Math.Pow(cluster + WeightOffset, WeightExponent))];
        double meanLog = weights.Average(Math.Log);
        _clusters = new WeightedItems([.. Enumerable.Range(0, setting.Clusters)], weights);
        _lengths = [.. weights.Select(weight => Math.Exp(LengthExponent * (Math.Log(weight) - meanLog)))];
        double strengths = Enumerable.Range(1, Axes).Sum(r => 1.0 / r);
        for (int r = 0; r < Axes; r++)
        {
            _axisStrengths[r] = (float)Math.Sqrt(AxesShare / strengths / (r + 1));
        }

        double sum = Enumerable.Range(1, Dimensions).Sum(d => Math.Pow(d, 2 * SpectrumExponent));
        for (int d = 0; d < Dimensions; d++)
        {
            _spectrum[d] = (float)(Math.Pow(d + 1, SpectrumExponent) / Math.Sqrt(sum));
        }

        _rotation = Rotation(new CounterRandom(setting.Seed, RotationStream));
        float[] groups = new float[setting.Groups * Dimensions];
        for (int group = 0; group < setting.Groups; group++)
        {
            Draw(new CounterRandom(setting.Seed, GroupStream + (ulong)group), 0, groups.AsSpan(group * Dimensions, Dimensions));
        }

        (_centres, _axes, _spreads) = (new float[setting.Clusters * Dimensions], new float[setting.Clusters * Axes * Dimensions], new float[setting.Clusters]);
        Parallel.For(0, setting.Clusters, cluster => MakeCluster(cluster, groups));
    }

    /// <summary>Makes rows from a certain one on, as many as fit.</summary>
    /// <param name="first">The number of the first one.</param>
    /// <param name="rows">[rows, 64]: receives them.</param>
    public void Rows(int first, Tensor<float> rows) => Parallel.For(0, rows.Shape.Rows, i =>
    {
        var random = new CounterRandom(_setting.Seed, RowStream + (ulong)(first + i));
        int cluster = _clusters.Draw(random.Uniform(0));
        Span<float> row = rows.Row(i), length = stackalloc float[2];
        Direction(random, 2, cluster, row);
        Normals.Fill(random, 2 + Dimensions + Axes, length);
        Scale(row, (float)(_lengths[cluster] * Math.Exp(LengthVariation * length[0])));
    });

    /// <summary>All rows.</summary>
    public Tensor<float> AllRows()
    {
        var rows = new Tensor<float>(new Shape(_setting.Rows, Dimensions));
        Rows(0, rows);
        return rows;
    }

    /// <summary>All queries.</summary>
    public Tensor<float> Queries()
    {
        var queries = new Tensor<float>(new Shape(_setting.Queries, Dimensions));
        Span<float> part = stackalloc float[Dimensions];
        for (int i = 0; i < _setting.Queries; i++)
        {
            var random = new CounterRandom(_setting.Seed, QueryStream + (ulong)i);
            Span<float> query = queries.Row(i);
            Draw(random, 2, query);
            TensorPrimitives.Multiply(query, QueryNoise, query);
            int liked = 1 + random.Below(3, 0);
            double parts = Enumerable.Range(1, liked).Sum(place => 1.0 / (place * place));
            for (int place = 1; place <= liked; place++)
            {
                // A part takes fewer positions than 256, and so does the noise before the first.
                ulong position = 256 * (ulong)place;
                Direction(random, position + 2, _clusters.Draw(random.Uniform(position)), part);
                Scale(part, 1);
                TensorPrimitives.MultiplyAdd(part, (float)(1 / parts / (place * place)), query, query);
            }
        }

        return queries;
    }

    private void MakeCluster(int cluster, float[] groups)
    {
        var random = new CounterRandom(_setting.Seed, ClusterStream + (ulong)cluster);
        Span<float> centre = _centres.AsSpan(cluster * Dimensions, Dimensions), spread = stackalloc float[2];
        Draw(random, 4, centre);
        TensorPrimitives.Multiply(centre, OwnPart, centre);
        TensorPrimitives.MultiplyAdd(groups.AsSpan(random.Below(_setting.Groups, 0) * Dimensions, Dimensions), GroupPart, centre, centre);
        Normals.Fill(random, 2, spread);
        _spreads[cluster] = Spread * MathF.Exp(SpreadVariation * spread[0]);
        for (int r = 0; r < Axes; r++)
        {
            Span<float> axis = _axes.AsSpan((cluster * Axes + r) * Dimensions, Dimensions);
            Draw(random, 4 + (ulong)(Dimensions * (r + 1)), axis);
            Scale(axis, 1);
        }
    }

    /// <summary>centre + s (Σ_r t_r n_r a_r + 0.5 e); takes as many positions as there are axes and dimensions.</summary>
    private void Direction(CounterRandom random, ulong position, int cluster, Span<float> direction)
    {
        Span<float> normals = stackalloc float[Axes];
        Normals.Fill(random, position, normals);
        Normals.Fill(random, position + Axes, direction);
        TensorPrimitives.Multiply(direction, RoundPart * _spreads[cluster] / MathF.Sqrt(Dimensions), direction);
        TensorPrimitives.Add(direction, _centres.AsSpan(cluster * Dimensions, Dimensions), direction);
        for (int r = 0; r < Axes; r++)
        {
            TensorPrimitives.MultiplyAdd(_axes.AsSpan((cluster * Axes + r) * Dimensions, Dimensions), _spreads[cluster] * _axisStrengths[r] * normals[r], direction, direction);
        }
    }

    /// <summary>A draw of the spectrum; takes as many positions as there are dimensions.</summary>
    private void Draw(CounterRandom random, ulong position, Span<float> draw)
    {
        Span<float> normals = stackalloc float[Dimensions];
        Normals.Fill(random, position, normals);
        draw.Clear();
        for (int d = 0; d < Dimensions; d++)
        {
            TensorPrimitives.MultiplyAdd(_rotation.AsSpan(d * Dimensions, Dimensions), _spectrum[d] * normals[d], draw, draw);
        }
    }

    /// <summary>Orthonormal rows in random directions (Gram and Schmidt on normal numbers).</summary>
    private static float[] Rotation(CounterRandom random)
    {
        float[] rotation = new float[Dimensions * Dimensions];
        Normals.Fill(random, 0, rotation);
        for (int d = 0; d < Dimensions; d++)
        {
            Span<float> row = rotation.AsSpan(d * Dimensions, Dimensions);
            for (int e = 0; e < d; e++)
            {
                Span<float> earlier = rotation.AsSpan(e * Dimensions, Dimensions);
                TensorPrimitives.MultiplyAdd(earlier, -TensorPrimitives.Dot(earlier, row), row, row);
            }

            Scale(row, 1);
        }

        return rotation;
    }

    private static void Scale(Span<float> row, float length) => TensorPrimitives.Multiply(row, length / TensorPrimitives.Norm(row), row);
}
