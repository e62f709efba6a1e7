using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Towers;

/// <summary>What every history encoder must do.</summary>
public class HistoryEncoderTests
{
    public static TheoryData<string> Kinds => HistorySamples.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_sequence_gives_the_same_bits_alone_and_among_others(string kind) => RandomCases.Check(
        draw =>
        {
            HistoryEncoder<float> encoder = HistorySamples.Make<float>(kind, draw.Length(), draw);
            int[] offsets = HistorySamples.Offsets(draw);
            Tensor<float> rows = draw.Tensor<float>(new Shape(offsets[^1], encoder.Inputs));
            Tensor<float> together = encoder.Apply(new Tape<float>().Constant(rows), offsets).Value;
            Assert.Equal(new Shape(offsets.Length - 1, encoder.Outputs), together.Shape);
            for (int i = 0; i < together.Shape.Rows; i++)
            {
                int length = offsets[i + 1] - offsets[i];
                Tensor<float> alone = encoder.Apply(new Tape<float>().Constant(rows.Rows(offsets[i], length)), new[] { 0, length }).Value;
                Agree.Exactly<float>($"sequence {i}", alone.Span, together.Row(i));
            }
        },
        cases: 60);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_empty_sequence_gives_zeros_wherever_it_stands_and_whatever_the_pass(string kind)
    {
        HistoryEncoder<float> encoder = HistorySamples.Make<float>(kind, 3, new Draw(2, 4));
        Tensor<float> rows = new Draw(3, 4).Tensor<float>(new Shape(3, 3));
        foreach (TowerPass pass in new[] { TowerPass.Evaluation, TowerPass.Training(4) })
        {
            Tensor<float> y = encoder.Apply(new Tape<float>().Constant(rows), new[] { 0, 0, 1, 1, 3, 3 }, pass).Value;
            foreach (int empty in new[] { 0, 2, 4 })
            {
                Assert.Equal(new float[encoder.Outputs], y.Row(empty).ToArray());
            }

            Tensor<float> none = encoder.Apply(new Tape<float>().Constant(new Tensor<float>(new Shape(0, 3))), new[] { 0, 0, 0 }, pass).Value;
            Assert.Equal(new float[2 * encoder.Outputs], none.Span.ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Gradients_in_training_agree_with_central_differences(string kind)
    {
        int[] offsets = [0, 3, 3, 4, 9];
        for (ulong seed = 0; seed < 8; seed++)
        {
            var draw = new Draw(seed, 5);
            HistoryEncoder<double> encoder = HistorySamples.Make<double>(kind, 4, draw);
            LayerChecks.Gradients(
                rows => encoder.Apply(rows, offsets, TowerPass.Training(2)), encoder.Parameters, draw.Tensor<double>(new Shape(9, 4)), seed);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_step_without_any_row_moves_nothing(string kind)
    {
        HistoryEncoder<float> encoder = HistorySamples.Make<float>(kind, 3, new Draw(2, 4));
        var tape = new Tape<float>();
        Variable<float> y = encoder.Apply(tape.Input(new Tensor<float>(new Shape(0, 3))), new[] { 0, 0 }, TowerPass.Training(1));
        tape.Backward(y, new Draw(3, 4).Tensor<float>(y.Shape));
        foreach (Parameter<float> parameter in encoder.Parameters)
        {
            var gradient = new Tensor<float>(parameter.Value.Shape);
            parameter.AddGradientTo(gradient);
            Assert.True(gradient.Span.IndexOfAnyExcept(0f) < 0, parameter.Name);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Workers_make_no_difference(string kind)
    {
        var draw = new Draw(5, 40);
        HistoryEncoder<float> encoder = HistorySamples.Make<float>(kind, 24, draw);
        int[] offsets = draw.Offsets(120, 30);
        LayerChecks.SameBitsForAnyWorkers(
            rows => encoder.Apply(rows, offsets, TowerPass.Training(3)), encoder.Parameters, draw.Tensor<float>(new Shape(offsets[^1], 24)));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Rows_of_another_width_and_offsets_that_do_not_fit_are_refused(string kind)
    {
        HistoryEncoder<float> encoder = HistorySamples.Make<float>(kind, 3, new Draw(2, 4));
        var tape = new Tape<float>();
        Variable<float> rows = tape.Constant(new Tensor<float>(new Shape(4, 3))), wide = tape.Constant(new Tensor<float>(new Shape(4, 5)));
        string name = encoder.GetType().Name.Split('`')[0];
        Refusal.Of<ArgumentException>(() => encoder.Apply(wide, new[] { 0, 4 }), name, "[4, 3], not [4, 5]");
        Refusal.Of<ArgumentException>(() => encoder.Apply(tape.Constant(new Tensor<float>(new Shape(3))), new[] { 0, 3 }), name, "rank 2");
        Refusal.Of<ArgumentException>(() => encoder.Apply(rows, new[] { 0, 5 }), name, "from 0 to 4", "from 0 to 5");
        Refusal.Of<ArgumentException>(() => encoder.Apply(rows, default), name, "none");
        Refusal.Of<ArgumentException>(() => encoder.Apply(rows, new[] { 0, 3, 2, 4 }), name, "offset 2 is 2 after 3");
    }
}
