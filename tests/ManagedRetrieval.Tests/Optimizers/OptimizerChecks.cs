using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Optimizers;

/// <summary>What every optimizer must do, shown with fresh ones of the same settings.</summary>
internal static class OptimizerChecks
{
    /// <summary>Widths on both sides of the chunks that rows are worked in, and of vector lengths.</summary>
    private static readonly int[] Widths = [1, 3, 16, 17, 255, 256, 257, 600];

    /// <summary>Dense and sparse parameters follow the written-out rule over several steps; rows without a gradient stay as they are.</summary>
    /// <remarks>
    /// What is compared is the change that a step makes, relative to the change itself, so that values that are large
    /// beside it hide nothing. Where Adam's mean gradient cancels there is next to no change: a twentieth of the rate
    /// is the least that errors are measured by.
    /// </remarks>
    public static void FollowsTheRule<T>(Func<Optimizer<T>> create, OptimizerReference.Rule rule, double rate, double initial, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => RandomCases.Check(
            draw =>
            {
                (int rows, int width) = (draw.Length(), draw.OneOf<int>(Widths));
                Tensor<T> start = draw.Tensor<T>(new Shape(rows, width));

                // Small beside the steps, so that rounding the sum of value and change does not blur the change.
                for (int i = 0; i < start.Span.Length; i++)
                {
                    start.Span[i] *= T.CreateChecked(rate / 4);
                }

                var dense = new DenseParameter<T>("dense", start.Clone());
                var table = new EmbeddingTable<T>("table", start.Clone());
                double[] before = Doubles<T>(start.Span);
                double[][] denseState = State(start.Shape.Length, initial);
                double[][] tableState = State(start.Shape.Length, initial);
                Optimizer<T> optimizer = create();
                for (int step = 1; step <= 5; step++)
                {
                    Tensor<T> gradient = draw.Tensor<T>(start.Shape, Domain.AwayFromZero);
                    gradient.Span.CopyTo(dense.Gradient.Span);
                    int[] touched = [.. Enumerable.Range(0, rows).Where(_ => draw.Bool())];
                    SetRows(table, touched, gradient);
                    optimizer.Step([dense, table]);
                    double[] gradients = Doubles<T>(gradient.Span);
                    double[] denseChange = Change(Enumerable.Range(0, rows), before.Length, denseState, gradients, width, rule, step);
                    double[] tableChange = Change(touched, before.Length, tableState, gradients, width, rule, step);
                    Agree.InNorm<double>($"change of the dense parameter in step {step}", denseChange, Less<T>(dense.Value.Span, before), tolerance, rate / 20);
                    Agree.InNorm<double>($"change of the embedding table in step {step}", tableChange, Less<T>(table.Value.Span, before), tolerance, rate / 20);

                    // Back to the start, where values are small.
                    start.Span.CopyTo(dense.Value.Span);
                    start.Span.CopyTo(table.Value.Span);
                    Assert.True(dense.Gradient.Span.IndexOfAnyExcept(T.Zero) < 0, "the dense gradient was not forgotten");
                    Assert.True(table.Gradient.Rows.IsEmpty, "the sparse gradient was not forgotten");
                }
            },
            cases: 60,
            size: 8);

    /// <summary>Where every row is touched, the row rule gives the bits of the dense rule.</summary>
    public static void TouchingEveryRowIsTheDenseRule<T>(Func<Optimizer<T>> create)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => RandomCases.Check(
            draw =>
            {
                var shape = new Shape(draw.Length(), draw.OneOf<int>(Widths));
                Tensor<T> start = draw.Tensor<T>(shape);
                var dense = new DenseParameter<T>("dense", start.Clone());
                var table = new EmbeddingTable<T>("table", start.Clone());
                Optimizer<T> optimizer = create();
                for (int step = 0; step < 4; step++)
                {
                    Tensor<T> gradient = draw.Tensor<T>(shape);
                    gradient.Span.CopyTo(dense.Gradient.Span);
                    SetRows(table, [.. Enumerable.Range(0, shape.Rows)], gradient);
                    optimizer.Step([dense, table]);
                    Agree.Exactly<T>("embedding table", dense.Value.Span, table.Value.Span);
                }

                Assert.NotEqual(start.Span[0], dense.Value.Span[0]);
            },
            cases: 40,
            size: 8);

    /// <summary>An untouched row keeps its value's bits, and its state: touched later, it moves as if the steps between had not named others.</summary>
    public static void UntouchedRowsKeepValueAndState<T>(Func<Optimizer<T>> create)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var draw = new Draw(12, 12);
        Tensor<T> start = draw.Tensor<T>(new Shape(3, 5));
        Tensor<T> gradient = draw.Tensor<T>(new Shape(3, 5), Domain.AwayFromZero);
        var busy = new EmbeddingTable<T>("busy", start.Clone());
        var quiet = new EmbeddingTable<T>("quiet", start.Clone());
        Optimizer<T> optimizer = create();
        for (int step = 0; step < 6; step++)
        {
            // Row 1 gets a gradient at the first and the last step only; row 2 of one table at all others too.
            int[] rows = step is 0 or 5 ? [1] : [];
            Tensor<T> before = busy.Value.Clone();
            SetRows(busy, step is 0 or 5 ? [1] : [2], gradient);
            SetRows(quiet, rows, gradient);
            optimizer.Step([busy, quiet]);
            Agree.Exactly<T>("row 0", start.Row(0), busy.Value.Row(0));
            Agree.Exactly<T>("the untouched row", before.Row(step is 0 or 5 ? 2 : 1), busy.Value.Row(step is 0 or 5 ? 2 : 1));
            Agree.Exactly<T>("row 1 of both", quiet.Value.Row(1), busy.Value.Row(1));
        }

        Assert.NotEqual(start.Row(1)[0], busy.Value.Row(1)[0]);
    }

    public static void AnyNumberOfWorkersGivesTheSameBits<T>(Func<Optimizer<T>> create)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] alone = Train(null);
        foreach (int workers in (int[])[1, 2, 3, 8])
        {
            using var team = new WorkerTeam(workers);
            Agree.Exactly<T>($"{workers} workers", alone, Train(team));
        }

        T[] Train(WorkerTeam? team)
        {
            // 600 rows of 64 are several parts of work.
            var draw = new Draw(13, 12);
            var shape = new Shape(600, 64);
            var dense = new DenseParameter<T>("dense", draw.Tensor<T>(shape));
            var table = new EmbeddingTable<T>("table", draw.Tensor<T>(shape));
            Optimizer<T> optimizer = create();
            for (int step = 0; step < 3; step++)
            {
                Tensor<T> gradient = draw.Tensor<T>(shape);
                gradient.Span.CopyTo(dense.Gradient.Span);
                SetRows(table, [.. Enumerable.Range(0, 600).Where(_ => draw.Below(4) > 0)], gradient);
                optimizer.Step([dense, table], team);
            }

            return [.. dense.Value.Span, .. table.Value.Span];
        }
    }

    /// <summary>½‖x − c‖², whose gradient is x − c, is driven to its minimum.</summary>
    public static void FindsTheMinimumOfAQuadratic(Optimizer<double> optimizer, int steps, double within)
    {
        double[] centre = [1, -2, 0.5, 3];
        var x = new DenseParameter<double>("x", Tensor<double>.Of(0, 0, 0, 0));
        for (int step = 0; step < steps; step++)
        {
            for (int i = 0; i < centre.Length; i++)
            {
                x.Gradient.Span[i] = x.Value.Span[i] - centre[i];
            }

            optimizer.Step([x]);
        }

        for (int i = 0; i < centre.Length; i++)
        {
            Assert.Equal(centre[i], x.Value.Span[i], within);
        }
    }

    public static void AWarmStepAllocatesNothing(Optimizer<float> optimizer)
    {
        var draw = new Draw(14, 12);
        var dense = new DenseParameter<float>("dense", draw.Tensor<float>(new Shape(20, 30)));
        var table = new EmbeddingTable<float>("table", draw.Tensor<float>(new Shape(50, 30)));
        Parameter<float>[] parameters = [dense, table];
        ReadOnlyMemory<int> ids = draw.Ids(40, 50);
        Tensor<float> gradient = draw.Tensor<float>(new Shape(40, 30));
        var tape = new Tape<float>();
        Assert.Equal(0, Allocated.ByOneOf(() =>
        {
            tape.Reset();
            dense.Gradient.Span.Fill(2);
            tape.Backward(tape.Apply(Lookup, [tape.Parameter(table)], new OpIndices(ids)), gradient);
            optimizer.Step(parameters);
        }));
    }

    private static readonly EmbeddingLookup<float> Lookup = new();

    internal static void SetRows<T>(EmbeddingTable<T> table, int[] rows, Tensor<T> gradient)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        table.Gradient.Add(rows, rows, gradient);
        table.Gradient.Coalesce(WorkerTeam.Inline);
    }

    private static double[] Change(
        IEnumerable<int> rows, int length, double[][] state, double[] gradients, int width, OptimizerReference.Rule rule, int step)
    {
        double[] change = new double[length];
        foreach (int i in rows.SelectMany(row => Enumerable.Range(row * width, width)))
        {
            // The rules only add to the value, so that from 0 they give the change itself.
            rule(ref change[i], gradients[i], ref state[0][i], ref state[1][i], step);
        }

        return change;
    }

    private static double[] Less<T>(ReadOnlySpan<T> after, double[] before)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => [.. Doubles(after).Zip(before, (x, y) => x - y)];

    private static double[][] State(int length, double initial) => [[.. Enumerable.Repeat(initial, length)], new double[length]];

    internal static double[] Doubles<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Array.ConvertAll(values.ToArray(), double.CreateChecked);
}
