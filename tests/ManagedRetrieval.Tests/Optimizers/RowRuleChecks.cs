using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Optimizers;

/// <summary>Runs an optimizer beside a written-out rule.</summary>
internal static class RowRuleChecks
{
    /// <summary>The least that errors are measured by: values that started at up to 2 may have come near 0 by a difference.</summary>
    private const double Least = 0.5;

    /// <summary>A dense matrix, a vector and a table follow the rule over several steps; rows without a gradient stay as they are.</summary>
    public static void FollowsTheRule<T>(Func<Optimizer<T>> create, OptimizerReference.RowRule rule, double initial, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => RandomCases.Check(
            draw =>
            {
                (int rows, int width) = (draw.Length(), draw.OneOf<int>(1, 3, 16, 17, 256, 257));
                var shape = new Shape(rows, width);
                var dense = new DenseParameter<T>("dense", draw.Tensor<T>(shape));
                var vector = new DenseParameter<T>("vector", draw.Tensor<T>(new Shape(width)));
                var table = new EmbeddingTable<T>("table", draw.Tensor<T>(shape));
                Reference denseReference = Reference.Of(dense, rows, initial), vectorReference = Reference.Of(vector, 1, initial), tableReference = Reference.Of(table, rows, initial);
                Optimizer<T> optimizer = create();
                for (int step = 1; step <= 5; step++)
                {
                    Tensor<T> gradient = draw.Tensor<T>(shape, Domain.AwayFromZero);
                    gradient.Span.CopyTo(dense.Gradient.Span);
                    gradient.Row(0).CopyTo(vector.Gradient.Span);
                    int[] touched = [.. Enumerable.Range(0, rows).Where(_ => draw.Bool())];
                    OptimizerChecks.SetRows(table, touched, gradient);
                    optimizer.Step([dense, vector, table]);
                    double[] gradients = OptimizerChecks.Doubles<T>(gradient.Span);
                    denseReference.Move(Enumerable.Range(0, rows), gradients, rule, step);
                    vectorReference.Move([0], gradients, rule, step);
                    tableReference.Move(touched, gradients, rule, step);
                    Agree.InNorm<T>($"the dense matrix after step {step}", denseReference.Values, dense.Value.Span, tolerance, Least);
                    Agree.InNorm<T>($"the vector after step {step}", vectorReference.Values, vector.Value.Span, tolerance, Least);
                    Agree.InNorm<T>($"the table after step {step}", tableReference.Values, table.Value.Span, tolerance, Least);
                }
            },
            cases: 60,
            size: 8);

    private sealed class Reference
    {
        private readonly double[] _first;
        private readonly double[] _second;
        private readonly int _width;

        private Reference(double[] values, int rows, double initial)
        {
            (Values, _width) = (values, values.Length / rows);
            _first = [.. Enumerable.Repeat(initial, values.Length)];
            _second = new double[values.Length];
        }

        public double[] Values { get; }

        public static Reference Of<T>(Parameter<T> parameter, int rows, double initial)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => new(OptimizerChecks.Doubles<T>(parameter.Value.Span), rows, initial);

        public void Move(IEnumerable<int> rows, double[] gradients, OptimizerReference.RowRule rule, int step)
        {
            foreach (int row in rows)
            {
                rule(Row(Values, row), Row(gradients, row), Row(_first, row), Row(_second, row), step);
            }
        }

        private Span<double> Row(double[] numbers, int row) => numbers.AsSpan(row * _width, _width);
    }
}
