using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class SegmentSoftmaxTests
{
    [Fact]
    public void Is_what_its_formula_says() => OpCheck.Run(draw =>
    {
        int[] offsets = draw.Offsets(draw.Length(minimum: 0), draw.OneOf(1, draw.Length(), 4 * draw.Size));
        int count = offsets[^1];
        Shape shape = draw.Bool() ? new Shape(count) : new Shape(count, 1);
        return new OpCase
        {
            Op = (new SegmentSoftmax<double>(), new SegmentSoftmax<float>()),
            Inputs = [new OpInput("scores", shape)],
            Indices = new OpIndices(default, offsets),
            Output = shape,
            Reference = inputs =>
            {
                double[] result = new double[count];
                for (int segment = 0; segment < offsets.Length - 1; segment++)
                {
                    double sum = 0;
                    for (int i = offsets[segment]; i < offsets[segment + 1]; i++)
                    {
                        sum += Math.Exp(inputs[0][i]);
                    }

                    for (int i = offsets[segment]; i < offsets[segment + 1]; i++)
                    {
                        result[i] = Math.Exp(inputs[0][i]) / sum;
                    }
                }

                return result;
            },
        };
    });

    [Fact]
    public void Scores_beyond_the_range_of_the_exponential_give_probabilities()
    {
        Variable<float> scores = new Tape<float>().Constant(Tensor<float>.Of(1000, 1000, -1000, -1000, 500));
        Assert.Equal([0.5f, 0.5f, 0, 0, 1], scores.SegmentSoftmax(new[] { 0, 3, 5 }).Value.Span.ToArray());
    }

    [Fact]
    public void A_removed_entry_has_exactly_no_probability_and_no_gradient()
    {
        var tape = new Tape<float>();
        Variable<float> scores = tape.Input(Tensor<float>.Of(float.NegativeInfinity, 2, 2));
        Variable<float> y = scores.SegmentSoftmax(new[] { 0, 3 });
        tape.Backward(y, Tensor<float>.Of(7, 1, 0));
        Assert.Equal([0, 0.5f, 0.5f], y.Value.Span.ToArray());
        Assert.Equal([0, 0.25f, -0.25f], scores.Gradient.Span.ToArray());
    }

    [Fact]
    public void A_segment_has_the_same_bits_alone_and_among_others()
    {
        var draw = new Draw(12, 1);
        int[] offsets = draw.Offsets(400, 150);
        Tensor<float> scores = draw.Tensor<float>(new Shape(offsets[^1]));
        Variable<float> all = new Tape<float>().Constant(scores).SegmentSoftmax(offsets);
        for (int segment = 0; segment < 400; segment += 23)
        {
            (int start, int count) = (offsets[segment], offsets[segment + 1] - offsets[segment]);
            Variable<float> alone = new Tape<float>().Constant(scores.Rows(start, count)).SegmentSoftmax(new[] { 0, count });
            Agree.Exactly<float>($"segment {segment}", alone.Value.Span, all.Value.Rows(start, count).Span);
        }
    }

    [Fact]
    public void Scores_that_are_no_vector_are_refused()
    {
        Variable<float> x = new Tape<float>().Constant(new Tensor<float>(new Shape(3, 2)));
        Refusal.Of<ArgumentException>(() => x.SegmentSoftmax(new[] { 0, 3 }), "SegmentSoftmax", "scores", "[3] or [3, 1]", "not [3, 2]");
    }

    [Fact]
    public void Offsets_that_do_not_ascend_from_0_to_the_number_of_scores_are_refused()
    {
        Variable<float> x = new Tape<float>().Constant(new Tensor<float>(new Shape(3)));
        Refusal.Of<ArgumentException>(() => x.SegmentSoftmax(default), "SegmentSoftmax", "offsets from 0 to 3", "number of scores", "none");
        Refusal.Of<ArgumentException>(() => x.SegmentSoftmax(new[] { 0, 2 }), "SegmentSoftmax", "offsets from 0 to 3", "from 0 to 2");
        Refusal.Of<ArgumentException>(() => x.SegmentSoftmax(new[] { 0, 2, 1, 3 }), "SegmentSoftmax", "offset 2 is 1 after 2");
    }
}
