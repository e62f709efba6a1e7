using System.Numerics;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.TestKit;

/// <summary>What every <see cref="IComputeBackend{T}"/> must do. A backend's tests derive from this class and add nothing but what is its own.</summary>
public abstract partial class BackendContract<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The backend under test.</summary>
    protected abstract IComputeBackend<T> Backend { get; }

    /// <summary>The largest ‖error‖ / (‖a‖ · ‖b‖ + ‖what was accumulated to‖) against a product in double.</summary>
    protected virtual double ProductTolerance => typeof(T) == typeof(float) ? 2e-6 : 1e-14;

    /// <summary>The largest ‖error‖ / ‖scores‖ of top-k against scores in double.</summary>
    protected virtual double ScoreTolerance => ProductTolerance;

    [Fact]
    public void The_matrix_product_agrees_with_a_product_in_double_in_every_form() => RandomCases.Check(
        draw => Product(draw, draw.Between(1, draw.Size), draw.Between(1, draw.Size), draw.Between(1, draw.Size)), cases: 30, size: 50);

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(33, 1025, 9)]
    [InlineData(128, 129, 130)]
    [InlineData(3, 5, 1000)]
    public void The_matrix_product_agrees_at_the_edges_of_blocks(int m, int n, int k) => Product(new Draw(4, 1), m, n, k);

    [Theory]
    [InlineData(0, 3, 2)]
    [InlineData(3, 0, 2)]
    [InlineData(0, 0, 0)]
    [InlineData(3, 2, 0)]
    public void An_empty_matrix_product_writes_nothing_but_zeros(int m, int n, int k) => Product(new Draw(5, 1), m, n, k);

    [Fact]
    public void What_the_result_held_does_not_leak_into_a_product_that_does_not_accumulate()
    {
        Tensor<T> a = Of(1, 2), b = Of(3, 4), result = new(new Shape(1, 1));
        result.Span[0] = T.NaN;
        Backend.MatrixProduct(a, false, b, true, result, accumulate: false);
        Assert.Equal(T.CreateChecked(11), result.Span[0]);
    }

    [Fact]
    public async Task Calls_from_several_threads_give_the_same_bits()
    {
        var draw = new Draw(12, 1);
        Tensor<T> q = draw.Tensor<T>(new Shape(70, 20)), c = draw.Tensor<T>(new Shape(600, 20));
        T[] product = Multiply(q, c);
        (T[] best, int[] rows) = TopK(q, c, 9);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int round = 0; round < 5; round++)
            {
                Agree.Exactly<T>("product", product, Multiply(q, c));
                (T[] otherBest, int[] otherRows) = TopK(q, c, 9);
                Agree.Exactly<T>("scores", best, otherBest);
                Assert.Equal(rows, otherRows);
            }
        }))).WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void The_name_says_what_runs() => Assert.False(string.IsNullOrWhiteSpace(Backend.Name));

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the backend was made of.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }

    private static Tensor<T> Of(int first, int second) => Tensor<T>.Of(new[,] { { T.CreateChecked(first), T.CreateChecked(second) } });

    private static Tensor<T> Whole(Draw draw, int rows, int width) => Whole(draw, new Shape(rows, width));

    private static Tensor<T> Whole(Draw draw, Shape shape)
    {
        var tensor = new Tensor<T>(shape);
        for (int i = 0; i < tensor.Shape.Length; i++)
        {
            tensor.Span[i] = T.CreateChecked(draw.Between(-1, 1));
        }

        return tensor;
    }

    private static Tensor<double> Doubles(Tensor<T> tensor) => new(tensor.Shape, tensor.Span.ToArray().Select(double.CreateChecked).ToArray());

    private static double Norm(Tensor<T> tensor) => Math.Sqrt(tensor.Span.ToArray().Sum(value => double.CreateChecked(value * value)));

    private T[] Multiply(Tensor<T> a, Tensor<T> b)
    {
        var result = new Tensor<T>(new Shape(a.Shape.Rows, b.Shape.Rows));
        Backend.MatrixProduct(a, false, b, true, result, accumulate: false);
        return result.Span.ToArray();
    }

    private void Product(Draw draw, int m, int n, int k)
    {
        for (int form = 0; form < 8; form++)
        {
            (bool transposeA, bool transposeB, bool accumulate) = ((form & 1) != 0, (form & 2) != 0, (form & 4) != 0);
            Tensor<T> a = draw.Tensor<T>(transposeA ? new Shape(k, m) : new Shape(m, k));
            Tensor<T> b = draw.Tensor<T>(transposeB ? new Shape(n, k) : new Shape(k, n));
            Tensor<T> result = draw.Tensor<T>(new Shape(m, n));
            Tensor<double> expected = Doubles(result);
            double floor = Math.Max(1e-6, (Norm(a) * Norm(b)) + (accumulate ? Norm(result) : 0));
            (Tensor<T> aBefore, Tensor<T> bBefore) = (a.Clone(), b.Clone());
            Naive.Product<double>(Doubles(a).Span, transposeA, Doubles(b).Span, transposeB, expected.Span, m, n, k, accumulate);
            Backend.MatrixProduct(a, transposeA, b, transposeB, result, accumulate);
            Agree.InNorm<T>($"[{m}, {n}, {k}] form {form}", expected.Span, result.Span, ProductTolerance, floor);
            Agree.Exactly<T>("a, after", aBefore.Span, a.Span);
            Agree.Exactly<T>("b, after", bBefore.Span, b.Span);
        }
    }
}
