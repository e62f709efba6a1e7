using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Losses;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Losses;

/// <summary>Each part of the loss chain alone.</summary>
public class LossLayerTests
{
    private const double Gone = double.NegativeInfinity;

    private static readonly double[,] Logits = { { 1, 5, 3, 5 }, { 2, 0, 7, -1 } };

    [Fact]
    public void A_temperature_divides() => Same(new double[,] { { 2, 10, 6, 10 }, { 4, 0, 14, -2 } }, new TemperatureScaling<double>(0.5).Apply(Input(Logits)));

    [Fact]
    public void A_correction_subtracts_logarithms_from_all_columns_or_from_negatives_only()
    {
        Tensor<double> probability = Tensor<double>.Of(1, Math.Exp(-2), Math.Exp(-1), 1);
        Same(new double[,] { { 1, 7, 4, 5 }, { 2, 2, 8, -1 } }, new SamplingProbabilityCorrection<double>().Apply(Input(Logits), probability), 1e-14);
        Same(
            new double[,] { { 1, 7, 4, 5 }, { 2, 0, 8, -1 } },
            new SamplingProbabilityCorrection<double>(SamplingCorrection.NegativesOnly).Apply(Input(Logits), probability),
            1e-14);
    }

    [Fact]
    public void Accidental_hits_go_and_the_positive_stays() => Same(
        new double[,] { { 1, Gone, 3, Gone }, { Gone, 0, 7, Gone } },
        new RemoveAccidentalHits<double>().Apply(Input(Logits), new[] { 8, 8, 9, 8 }));

    [Fact]
    public void Further_positives_are_no_accidental_hits() => Same(
        new double[,] { { 1, 5, 3, Gone }, { Gone, 0, 7, Gone } },
        new RemoveAccidentalHits<double>().Apply(Input(Logits), new[] { 8, 8, 9, 8 }, new OpIndices(new[] { 0, 1, 1 }, new[] { 0, 2, 3 })));

    [Fact]
    public void Known_positives_go_and_the_own_positive_stays() => Same(
        new double[,] { { 1, Gone, 3, Gone }, { 2, 0, 7, -1 } },
        new RemoveKnownPositives<double>().Apply(
            Input(Logits), new[] { "a", "b", "c", "b" }, new KnownPositives(new[] { "a", "b", "elsewhere" }, new[] { 0, 3, 3 })));

    [Fact]
    public void What_the_mask_hides_goes_and_a_dropped_row_keeps_its_positive_alone()
    {
        ScoreMask mask = new(new[,] { { true, false, true, true }, { true, false, true, true } });
        Same(new double[,] { { 1, Gone, 3, 5 }, { Gone, 0, Gone, Gone } }, new ApplyScoreMask<double>(MaskedPositive.DropRow).Apply(Input(Logits), mask));
        Refusal.Of<ArgumentException>(() => new ApplyScoreMask<double>().Apply(Input(Logits), mask), "scoreMask", "row 1");
    }

    [Fact]
    public void The_hardest_negatives_stay_and_among_equals_the_lowest_column()
    {
        Same(new double[,] { { 1, 5, Gone, Gone }, { Gone, 0, 7, Gone } }, new HardNegativeMining<double>(1).Apply(Input(Logits)));
        Same(new double[,] { { 1, 5, Gone, 5 }, { 2, 0, 7, Gone } }, new HardNegativeMining<double>(2).Apply(Input(Logits)));
        Same(
            new double[,] { { 1, 5, Gone, 5 }, { Gone, 0, 7, Gone } },
            new HardNegativeMining<double>(1).Apply(Input(Logits), new OpIndices(new[] { 0, 3, 1 }, new[] { 0, 2, 3 })));
    }

    [Fact]
    public void What_is_removed_already_is_never_a_hard_negative()
    {
        double[,] removed = { { 1, Gone, 3, Gone }, { Gone, 0, Gone, Gone } };
        Same(removed, new HardNegativeMining<double>(2).Apply(Input(removed)));
    }

    [Fact]
    public void Parts_join_into_a_chain_that_the_gradient_flows_through()
    {
        var parameter = new DenseParameter<double>("logits", Tensor<double>.Of(Logits));
        Variable<double> Chain(Tape<double> tape)
        {
            Variable<double> logits = new TemperatureScaling<double>(2).Apply(tape.Parameter(parameter));
            logits = new RemoveAccidentalHits<double>().Apply(logits, new[] { 1, 2, 3, 1 });
            logits = new HardNegativeMining<double>(1).Apply(logits);
            return new BprLoss<double>().RowLosses(logits, new OpIndices(new[] { 0, 1 }, new[] { 0, 1, 2 }));
        }

        GradientCheck.RunJacobian(Chain, [parameter]).ThrowIfFailed();
        double[] losses = Chain(new Tape<double>()).Value.Span.ToArray();
        Assert.Equal(Math.Log(1 + Math.Exp((5.0 - 1) / 2)), losses[0], 1e-14);
        Assert.Equal(Math.Log(1 + Math.Exp((7.0 - 0) / 2)), losses[1], 1e-14);
    }

    [Fact]
    public void Fewer_columns_than_rows_are_refused_by_every_part()
    {
        Variable<double> tall = Input(new double[,] { { 1 }, { 2 } });
        Refused(() => new SamplingProbabilityCorrection<double>().Apply(tall, Tensor<double>.Of(1)));
        Refused(() => new RemoveAccidentalHits<double>().Apply(tall, new[] { 1 }));
        Refused(() => new RemoveKnownPositives<double>().Apply(tall, new[] { 1 }, default));
        Refused(() => new ApplyScoreMask<double>().Apply(tall, default));
        Refused(() => new HardNegativeMining<double>(1).Apply(tall));

        static void Refused(Action action) => Refusal.Of<ArgumentException>(action, "logits", "[Q, C]", "[2, 1]");
    }

    [Fact]
    public void The_arguments_of_the_parts_are_checked()
    {
        Refusal.Of<ArgumentException>(() => _ = new TemperatureScaling<double>(0), "temperature", "not 0");
        Refusal.Of<ArgumentException>(() => new SamplingProbabilityCorrection<double>().Apply(Input(Logits), Tensor<double>.Of(1, 1, 1)), "[4]", "[3]");
        Refusal.Of<ArgumentException>(() => new SamplingProbabilityCorrection<double>().Apply(Input(Logits), Tensor<double>.Of(1, 1, 0, 1)), "(0, 1]", "number 2 is 0");
        Refusal.Of<ArgumentException>(() => new RemoveAccidentalHits<double>().Apply(Input(Logits), new[] { 1, 2 }), "candidateIds", "4 candidates", "not 2");
        Refusal.Of<ArgumentException>(() => new ApplyScoreMask<double>().Apply(Input(Logits), new ScoreMask(new bool[2, 3])), "scoreMask", "[2, 4]", "[2, 3]");
    }

    [Fact]
    public void A_mask_that_hides_no_positive_is_no_error() => Same(
        new double[,] { { 1, Gone, 3, 5 }, { 2, 0, Gone, -1 } },
        new ApplyScoreMask<double>().Apply(Input(Logits), new ScoreMask(new[,] { { true, false, true, true }, { true, true, false, true } })));

    [Fact]
    public void Memory_that_a_step_before_left_dirty_makes_no_difference()
    {
        var tape = new Tape<double>();
        tape.AllocateIndices(1000).Span.Fill(1);
        tape.Reset();
        Variable<double> logits = tape.Input(Tensor<double>.Of(Logits));
        Same(new double[,] { { 1, 5, Gone, 5 }, { 2, 0, 7, Gone } }, new HardNegativeMining<double>(2).Apply(logits));
    }

    [Fact]
    public void A_mask_is_a_matrix_of_its_entries()
    {
        Assert.Throws<ArgumentNullException>(() => new ScoreMask(null!));
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new ScoreMask(-2, -3, new bool[6]), "queries", "-2");
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new ScoreMask(-1, 0, Array.Empty<bool>()), "queries", "-1");
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new ScoreMask(0, -1, Array.Empty<bool>()), "candidates", "-1");
        var empty = new ScoreMask(0, 3, Array.Empty<bool>());
        Assert.Equal((0, 3), (empty.Queries, empty.Candidates));
        Assert.Equal(0, new ScoreMask(2, 0, Array.Empty<bool>()).Candidates);
        Assert.Equal([true, false, false, true, true, false], new ScoreMask(new[,] { { true, false, false }, { true, true, false } }).Considered.ToArray());
    }

    [Fact]
    public void Known_positives_are_checked_by_their_own_part()
    {
        Variable<double> logits = Input(Logits);
        KnownPositives known = new(new[] { "a", "b" }, new[] { 0, 1, 2 });
        var part = new RemoveKnownPositives<double>();
        Refusal.Of<ArgumentException>(() => part.Apply(logits, default, known), "RemoveKnownPositives", "4 candidates", "none came");
        Refusal.Of<ArgumentException>(() => part.Apply(logits, new[] { "a", "b", "c" }, known), "candidateIds", "not 3");
        string[] ids = ["a", "b", "c", "d"];
        Refusal.Of<ArgumentException>(() => part.Apply(logits, ids, known with { Ids = new[] { "a", null! } }), "knownPositives", "null", "number 1");
        Refusal.Of<ArgumentException>(() => part.Apply(logits, ids, known with { Offsets = new[] { 0, 2 } }), "knownPositives", "3 offsets");
        Refusal.Of<ArgumentException>(
            () => part.Apply(logits, ids, new(new[] { "a", "b" }, new[] { 0, 3, 2 })), "knownPositives", "offset 2 is 2 after 3");
    }

    [Fact]
    public void A_clipped_correction_names_its_own_range() => Refusal.Of<ArgumentException>(
        () => new SamplingProbabilityCorrection<double>(clip: true).Apply(Input(Logits), Tensor<double>.Of(1, 1, 2, 1)), "[0, 1]", "number 2 is 2");

    private static Variable<double> Input(double[,] logits) => new Tape<double>().Input(Tensor<double>.Of(logits));

    private static void Same(double[,] expected, Variable<double> actual, double tolerance = 0)
    {
        double[] numbers = [.. expected.Cast<double>()];
        for (int i = 0; i < numbers.Length; i++)
        {
            double value = actual.Value.Span[i];
            Assert.True(value == numbers[i] || Math.Abs(value - numbers[i]) <= tolerance, $"entry {i}: expected {numbers[i]}, got {value}");
        }
    }

    [Fact]
    public void Lists_of_positives_that_do_not_fit_are_refused_by_every_layer()
    {
        var tape = new Tape<double>();
        Variable<double> logits = tape.Constant(new Tensor<double>(new Shape(2, 4)));
        int[] ids = [1, 2, 3, 4];
        KnownPositives known = new(new[] { 1 }, new[] { 0, 1, 1 });
        foreach (OpIndices positives in (OpIndices[])
            [
                new(new[] { 0 }, new[] { 0, 1 }),
                new(new[] { 0, 1 }, new[] { 1, 1, 2 }),
                new(new[] { 0, 1 }, new[] { 0, 2, 2 }),
                new(new[] { 0, 1 }, new[] { 0, 1, 1 }),
                new(new[] { 0, 1, 4 }, new[] { 0, 1, 3 }),
                new(new[] { 0, 1, -1 }, new[] { 0, 1, 3 }),
                new(new[] { 1, 0 }, new[] { 0, 1, 2 }),
                new(new[] { 0, 1 }),
            ])
        {
            Refused(() => new HardNegativeMining<double>(1).Apply(logits, positives));
            Refused(() => new RemoveAccidentalHits<double>().Apply(logits, ids, positives));
            Refused(() => new RemoveKnownPositives<double>().Apply(logits, ids, known, positives));
            Refused(() => new SoftmaxLoss<double>().RowLosses(logits, positives));
            Refused(() => new SamplingProbabilityCorrection<double>(SamplingCorrection.NegativesOnly).Apply(logits, Tensor<double>.Of(1, 1, 1, 1), positives));
        }

        static void Refused(Action apply) => Assert.Contains(
            "columns 0 to 3 for each of the 2 rows", Assert.Throws<ArgumentException>("positives", apply).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_known_positive_that_is_named_many_times_is_removed_once()
    {
        var tape = new Tape<double>();
        Variable<double> logits = tape.Input(Tensor<double>.Of(new double[,] { { 1, 2, 3 }, { 4, 5, 6 } }));
        KnownPositives known = new(Enumerable.Repeat(7, 10_000).ToArray(), new[] { 0, 5_000, 10_000 });
        Variable<double> left = new RemoveKnownPositives<double>().Apply(logits, new[] { 7, 8, 7 }, known);
        Assert.Equal([1, 2, double.NegativeInfinity, double.NegativeInfinity, 5, double.NegativeInfinity], left.Value.Span.ToArray());
    }
}
