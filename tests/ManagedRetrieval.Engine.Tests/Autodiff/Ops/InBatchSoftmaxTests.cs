using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class InBatchSoftmaxTests
{
    [Fact]
    public void Is_what_its_formula_says_whatever_the_options() => OpCheck.Run(draw =>
    {
        int queries = draw.Length();

        // Where heads or hardest negatives change places there is no derivative: they are compared with formulas in the contract of backends, and below.
        SoftmaxLossCase given = SoftmaxLossCase.Random(draw, queries, queries + draw.Between(0, 5), draw.Between(1, 6));
        given = given with { Heads = Math.Min(1, given.Heads), HardNegatives = 0 };
        bool corrected = draw.Bool();
        OpInput[] inputs = [new OpInput("queries", given.QueryShape), new OpInput("candidates", given.CandidateShape)];
        if (corrected || draw.Bool())
        {
            inputs = [.. inputs, new OpInput("expected", new Shape(queries))];
        }

        if (corrected)
        {
            inputs = [.. inputs, new OpInput("logProbability", new Shape(given.Candidates), IsConstant: true)];
        }

        return new OpCase
        {
            Op = (Of<double>(given), Of<float>(given)),
            Inputs = inputs,
            Indices = given.Indices,
            Output = new Shape(queries),
            Reference = values => SoftmaxLossReference.Run(given, values[0], values[1], corrected ? values[3] : null, null).Losses,
        };
    },
    (251448834UL, 4));

    [Theory]
    [InlineData(0, 2, false)]
    [InlineData(3, 0, false)]
    [InlineData(2, 3, true)]
    public void Heads_and_mined_negatives_have_the_derivatives_of_central_differences(int heads, int hardNegatives, bool symmetric)
    {
        var draw = new Draw(31, 1);
        SoftmaxLossCase given = SoftmaxLossCase.Random(draw, 5, 7, 3) with { Heads = heads, HardNegatives = hardNegatives, Symmetric = symmetric };
        var queries = new DenseParameter<double>("queries", draw.Tensor<double>(given.QueryShape));
        var candidates = new DenseParameter<double>("candidates", draw.Tensor<double>(given.CandidateShape));
        GradientCheck.RunJacobian(
            tape => tape.Apply(Of<double>(given), [tape.Parameter(queries), tape.Parameter(candidates)], given.Indices), [queries, candidates]).ThrowIfFailed();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-0.75)]
    [InlineData(0)]
    public void The_gradient_that_was_expected_or_a_multiple_of_it_gives_what_any_other_way_gives(double multiple) => RandomCases.Check(draw =>
    {
        int queries = draw.Between(1, 9);
        SoftmaxLossCase given = SoftmaxLossCase.Random(draw, queries, queries + draw.Between(0, 3), 4);
        double[] expected = draw.Values(queries);
        double[] cotangent = [.. expected.Select(value => multiple * value)];
        (Tensor<double> q, Tensor<double> c) = (draw.Tensor<double>(given.QueryShape), draw.Tensor<double>(given.CandidateShape));
        (double[] dq, double[] dc) = Gradients(given, q, c, expected, cotangent);
        (double[] otherDq, double[] otherDc) = Gradients(given, q, c, null, cotangent);
        Agree.InNorm<double>("queries", otherDq, dq, 1e-12);
        Agree.InNorm<double>("candidates", otherDc, dc, 1e-12);
    },
    pinned: (834016351UL, 1));

    [Fact]
    public void What_does_not_fit_is_named()
    {
        var tape = new Tape<double>();
        Variable<double> q = tape.Input(new Tensor<double>(new Shape(2, 3))), c = tape.Input(new Tensor<double>(new Shape(2, 3)));
        Variable<double> one = tape.Constant(new Tensor<double>(new Shape(2))), learnt = tape.Input(new Tensor<double>(new Shape(2)));
        var op = new InBatchSoftmax<double>();
        var diagonal = new OpIndices(new[] { 0, 1 }, new[] { 0, 1, 2 });
        Refusal.Of<ArgumentException>(() => tape.Apply(op, [q, tape.Input(new Tensor<double>(new Shape(1, 3)))], diagonal), "at least as many", "[2, 3]", "[1, 3]");
        Refusal.Of<ArgumentException>(() => tape.Apply(op, [q, tape.Input(new Tensor<double>(new Shape(2, 4)))], diagonal), "queries' width", "[2, 4]");
        Refusal.Of<ArgumentException>(() => tape.Apply(op, [one, c], diagonal), "queries of rank 2", "[2]");
        Refusal.Of<ArgumentException>(() => tape.Apply(op, [q, c, tape.Constant(new Tensor<double>(new Shape(3)))], diagonal), "expected gradient", "[3]");
        Refusal.Of<ArgumentException>(() => tape.Apply(op, [q, c, one, learnt], diagonal), "logProbability", "constant");
        Refusal.Of<ArgumentException>(() => tape.Apply(op, [q, c], new OpIndices(new[] { 0, 0 }, new[] { 0, 1, 2 })), "row 1", "own column");
        Refusal.Of<ArgumentException>(() => tape.Apply(op, [q, c], diagonal with { Mask = new bool[3] }), "mask", "[2, 2]", "3");
        Refusal.Of<ArgumentException>(() => tape.Apply(op, [q, c], diagonal with { Removed = new[] { 1 }, RemovedOffsets = new[] { 0, 1 } }), "lists of removed columns", "2");
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new InBatchSoftmax<double>((MultiPositiveForm)7), "form");
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new InBatchSoftmax<double>(hardNegatives: -1), "hardNegatives");
    }

    private static InBatchSoftmax<T> Of<T>(SoftmaxLossCase given)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> =>
        new(given.MeanOfPositives ? MultiPositiveForm.Mean : MultiPositiveForm.Sum, given.HardNegatives, given.Symmetric, given.KeepsPositives);

    private static (double[] Queries, double[] Candidates) Gradients(
        SoftmaxLossCase given, Tensor<double> q, Tensor<double> c, double[]? expected, double[] cotangent)
    {
        var tape = new Tape<double>();
        Variable<double> queries = tape.Input(q), candidates = tape.Input(c);
        Variable<double>[] inputs = expected is null ? [queries, candidates] : [queries, candidates, tape.Constant(Tensor<double>.Of(expected))];
        tape.Backward(tape.Apply(Of<double>(given), inputs, given.Indices), Tensor<double>.Of(cotangent));
        return (queries.Gradient.Span.ToArray(), candidates.Gradient.Span.ToArray());
    }
}
