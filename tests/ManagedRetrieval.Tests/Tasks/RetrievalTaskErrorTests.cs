using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Losses;
using ManagedRetrieval.Tasks;

namespace ManagedRetrieval.Tests.Tasks;

public class RetrievalTaskErrorTests
{
    private static readonly RetrievalTask<float> Plain = new();
    private static readonly RetrievalTask<float> Removing = new(new RetrievalTaskOptions<float> { RemoveAccidentalHits = true });

    [Fact]
    public void Queries_that_are_no_matrix_or_empty_are_refused()
    {
        Refused("queryEmbeddings", () => Loss(new Shape(4), new Shape(4, 3)), "queryEmbeddings", "[Q, d]", "[4]");
        Refused("queryEmbeddings", () => Loss(new Shape(2, 0, 3), new Shape(4, 3)), "queryEmbeddings", "[Q, H, d]", "one head", "[2, 0, 3]");
        Refused("queryEmbeddings", () => Loss(new Shape(0, 3), new Shape(4, 3)), "queryEmbeddings", "at least one row", "[0, 3]");
    }

    [Fact]
    public void Candidates_that_do_not_fit_the_queries_are_refused()
    {
        Refused("candidateEmbeddings", () => Loss(new Shape(4, 3), new Shape(4)), "candidateEmbeddings", "[C, 3]", "not [4]");
        Refused("candidateEmbeddings", () => Loss(new Shape(4, 3), new Shape(1, 4, 3)), "candidateEmbeddings", "[C, 3]", "[1, 4, 3]");
        Refused("candidateEmbeddings", () => Loss(new Shape(4, 3), new Shape(4, 2)), "candidateEmbeddings", "[C, 3]", "[4, 2]");
        Refused("candidateEmbeddings", () => Loss(new Shape(4, 3), new Shape(3, 3)), "candidateEmbeddings", "C at least 4", "[3, 3]");
    }

    [Fact]
    public void Weights_of_another_shape_or_outside_their_range_are_refused()
    {
        Weights([1, 1], "[3]", "[2]");
        Weights([1, 1, 1, 1], "[3]", "[4]");
        Weights([1, -0.25f, 1], "not negative", "number 1 is -0.25");
        Weights([1, 1, float.NaN], "finite", "number 2 is NaN");
        Weights([float.PositiveInfinity, 1, 1], "finite", "number 0 is Infinity");
        Refused(() => Loss(new() { SampleWeight = new Tensor<float>(new Shape(3, 1)) }), "SampleWeight", "[3]", "[3, 1]");

        static void Weights(float[] weights, params string[] parts) =>
            Refused("SampleWeight", () => Loss(new() { SampleWeight = Tensor<float>.Of(weights) }), ["SampleWeight", .. parts]);
    }

    [Fact]
    public void Probabilities_of_another_shape_or_outside_their_range_are_refused()
    {
        Probabilities([0.5f, 0.5f, 0.5f], "[4]", "[3]");
        Probabilities([0.5f, 0, 0.5f, 0.5f], "(0, 1]", "number 1 is 0");
        Probabilities([0.5f, 0.5f, -0.125f, 0.5f], "(0, 1]", "number 2 is -0.125");
        Probabilities([0.5f, 0.5f, 0.5f, 1.5f], "(0, 1]", "number 3 is 1.5");
        Probabilities([float.NaN, 0.5f, 0.5f, 0.5f], "(0, 1]", "number 0 is NaN");
        Probabilities([float.PositiveInfinity, 0.5f, 0.5f, 0.5f], "(0, 1]", "number 0 is Infinity");

        static void Probabilities(float[] probabilities, params string[] parts) => Refused(
            "CandidateSamplingProbability",
            () => Loss(new() { CandidateSamplingProbability = Tensor<float>.Of(probabilities) }),
            ["CandidateSamplingProbability", .. parts]);
    }

    [Fact]
    public void Ids_that_are_missing_or_of_another_number_are_refused()
    {
        Refused("CandidateIds", () => Loss(default, Removing), "CandidateIds", "RemoveAccidentalHits", "4 candidates", "none came");
        Refused("CandidateIds", () => Loss(new() { CandidateIds = new[] { 1, 2, 3 } }, Removing), "CandidateIds", "4 candidates", "not 3");
        Refused("CandidateIds", () => Loss(new() { CandidateIds = new[] { 1L, 2, 3, 4, 5 } }, Removing), "CandidateIds", "4 candidates", "not 5");
        Refused("CandidateIds", () => Loss(new() { CandidateIds = new[] { "a" } }, Removing), "CandidateIds", "4 candidates", "not 1");
    }

    [Fact]
    public void Ids_that_are_null_are_refused_by_their_position() => Refused(
        "CandidateIds", () => Loss(new() { CandidateIds = new[] { "a", "b", null!, "c" } }, Removing), "CandidateIds", "must not hold null", "number 2");

    [Fact]
    public void Embeddings_that_are_not_finite_are_reported_with_their_row_and_id()
    {
        Tensor<float> queries = Tensor<float>.Of(new float[,] { { 1, 2 }, { 3, float.NaN } });
        Tensor<float> candidates = Tensor<float>.Of(new float[,] { { 1, 2 }, { 3, 4 }, { float.NegativeInfinity, 0 } });
        Tensor<float> fine = Tensor<float>.Of(new float[,] { { 1, 2 }, { 3, 4 } });
        Refused("queryEmbeddings", () => Loss(queries, fine, default), "queryEmbeddings must be finite", "row 1 holds NaN");
        Refused("queryEmbeddings", () => Loss(queries, fine, new() { QueryIds = new[] { "ann", "bob" } }), "row 1 (id 'bob') holds NaN");
        Refused("candidateEmbeddings", () => Loss(fine, candidates, default), "candidateEmbeddings must be finite", "row 2 holds -Infinity");
        Refused("candidateEmbeddings", () => Loss(fine, candidates, new() { CandidateIds = new[] { 7, 8, 9 } }), "row 2 (id 9) holds -Infinity");
        Refused("candidateEmbeddings", () => Loss(fine, candidates, new() { CandidateIds = new[] { 7L, 8, 1L << 40 } }), "row 2 (id 1099511627776)");

        // With heads a row is a query.
        var heads = new Tensor<float>(new Shape(2, 2, 1), new[] { 1, 2, 3, float.PositiveInfinity });
        Refused("queryEmbeddings", () => Loss(heads, Tensor<float>.Of(new float[,] { { 1 }, { 2 } }), default), "row 1 holds Infinity");
    }

    [Fact]
    public void Embeddings_of_two_tapes_are_refused() => Refused(
        "candidateEmbeddings",
        () => Plain.Loss(new Tape<float>().Input(new Tensor<float>(new Shape(1, 2))), new Tape<float>().Input(new Tensor<float>(new Shape(1, 2)))),
        "on the tape of queryEmbeddings");

    [Fact]
    public void A_score_that_overflows_is_reported_and_not_taken_for_a_removed_one()
    {
        Tensor<float> queries = Tensor<float>.Of(new[,] { { 1e30f }, { 1 } });
        Tensor<float> candidates = Tensor<float>.Of(new[,] { { 1f }, { -1e30f } });
        ArithmeticException error = Assert.Throws<ArithmeticException>(() => Loss(queries, candidates, default));
        Assert.Contains("score", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Query_ids_of_another_number_or_null_are_refused()
    {
        Refused("QueryIds", () => Loss(new() { QueryIds = new[] { 1, 2 } }), "QueryIds", "3 queries", "not 2");
        Refused("QueryIds", () => Loss(new() { QueryIds = new[] { "a", null!, "c" } }), "QueryIds", "null", "number 1");
    }

    [Fact]
    public void Positive_columns_that_do_not_fit_are_refused()
    {
        Refused("PositiveColumns", () => Loss(new() { PositiveColumns = RetrievalCase.Ragged([[1], [2]]) }), "PositiveColumns", "3 queries", "not 2");
        Refused("PositiveColumns", () => Loss(new() { PositiveColumns = RetrievalCase.Ragged([[1], [2], [4]]) }), "0 to 3", "row 2", "holds 4");
        Refused("PositiveColumns", () => Loss(new() { PositiveColumns = RetrievalCase.Ragged([[], [], []]), QueryIds = new[] { 1, 2, 3 } }), "QueryIds");
    }

    [Fact]
    public void Known_positives_that_do_not_fit_are_refused()
    {
        KnownPositives known = new(new[] { 1, 2 }, new[] { 0, 1, 1, 2 });
        Refused("CandidateIds", () => Loss(new() { KnownPositives = known }), "KnownPositives", "4 candidates", "none came");
        Known(known with { Ids = new[] { 1L, 2L } }, "int, not long");
        Known(known with { Offsets = new[] { 0, 2 } }, "4 offsets", "2 from 0 to 2");
        Known(known with { Offsets = new[] { 0, 1, 1, 3 } }, "from 0 to 2");
        Known(known with { Offsets = new[] { 1, 1, 1, 2 } }, "from 0 to 2", "from 1 to 2");
        Known(known with { Offsets = new[] { 0, 2, 1, 2 } }, "ascending", "offset 2 is 1 after 2");
        Known(known with { Offsets = default }, "4 offsets", "none");

        static void Known(KnownPositives known, params string[] parts) => Refused(
            "KnownPositives", () => Loss(new() { KnownPositives = known, CandidateIds = new[] { 1, 2, 3, 4 } }), ["KnownPositives", .. parts]);
    }

    [Fact]
    public void A_mask_of_another_shape_or_one_that_hides_a_positive_is_refused()
    {
        Refused("ScoreMask", () => Loss(new() { ScoreMask = new ScoreMask(new bool[3, 3]) }), "ScoreMask", "[3, 4]", "[3, 3]");
        Refused("ScoreMask", () => Loss(new() { ScoreMask = new ScoreMask(new bool[2, 4]) }), "ScoreMask", "[3, 4]", "[2, 4]");
        Refused("ScoreMask", () => Loss(new() { ScoreMask = new ScoreMask(new bool[3, 4]) }), "positive of row 0", "DropRow");
        Refused("considered", () => _ = new ScoreMask(2, 2, new bool[3]), "[2, 2]", "3");
        Refused("queries", () => _ = new ScoreMask(-1, 2, default), "-1");
    }

    [Fact]
    public void Embeddings_without_dimensions_have_even_scores()
    {
        var tape = new Tape<double>();
        Variable<double> loss = new RetrievalTask<double>().Loss(tape.Input(new Tensor<double>(new Shape(2, 0))), tape.Input(new Tensor<double>(new Shape(3, 0))));
        Assert.Equal(2 * Math.Log(3), loss.Value.Span[0], 1e-14);
    }

    [Fact]
    public void A_loss_that_gives_another_number_of_rows_is_named() =>
        Assert.Contains("each of the 3 rows", Assert.Throws<InvalidOperationException>(() => Loss(new RetrievalArguments<float>(), new(new() { Loss = new OneNumber() }))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_loss_that_leaves_the_tape_is_named() => Assert.Contains(
        "on the tape of its logits",
        Assert.Throws<InvalidOperationException>(() => Loss(new RetrievalArguments<float>(), new(new() { Loss = new OnAnotherTape() }))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_loss_that_overflows_although_no_score_does_is_reported()
    {
        var tape = new Tape<double>();
        Variable<double> queries = tape.Input(Tensor<double>.Of(new[,] { { 1e154 } }));
        Variable<double> candidates = tape.Input(Tensor<double>.Of(new[,] { { -0.9e154 }, { 0.9e154 }, { 0.9e154 } }));
        ArithmeticException error = Assert.Throws<ArithmeticException>(() => new RetrievalTask<double>(new() { Loss = new BprLoss<double>() }).Loss(queries, candidates));
        Assert.Contains("a loss is not", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_call_leaves_the_tape_usable()
    {
        var tape = new Tape<float>();
        Variable<float> queries = tape.Input(new Tensor<float>(new Shape(2, 3)));
        Variable<float> candidates = tape.Input(new Tensor<float>(new Shape(2, 3)));
        Assert.ThrowsAny<ArgumentException>(() => Removing.Loss(queries, candidates));
        Variable<float> loss = Plain.Loss(queries, candidates);
        tape.Backward(loss);

        // All logits are 0: two rows with an even choice of two.
        Assert.Equal(2 * Math.Log(2), loss.Value.Span[0], 1e-6);
    }

    private static void Loss(Shape queries, Shape candidates)
    {
        var tape = new Tape<float>();
        Plain.Loss(tape.Input(new Tensor<float>(queries)), tape.Input(new Tensor<float>(candidates)));
    }

    private static void Loss(Tensor<float> queries, Tensor<float> candidates, RetrievalArguments<float> arguments)
    {
        var tape = new Tape<float>();
        Plain.Loss(tape.Input(queries), tape.Input(candidates), arguments);
    }

    private static void Loss(RetrievalArguments<float> arguments, RetrievalTask<float>? task = null)
    {
        var tape = new Tape<float>();
        (task ?? Plain).Loss(tape.Input(new Tensor<float>(new Shape(3, 2))), tape.Input(new Tensor<float>(new Shape(4, 2))), arguments);
    }

    private static void Refused(string parameter, Action call, params string[] parts) =>
        Assert.Equal(parameter, Refused(call, parts).ParamName);

    private static ArgumentException Refused(Action call, params string[] parts)
    {
        ArgumentException error = Assert.ThrowsAny<ArgumentException>(call);
        Assert.All(parts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        return error;
    }

    private sealed class OneNumber : IRetrievalLoss<float>
    {
        public Variable<float> RowLosses(Variable<float> logits, OpIndices positives) => logits.Sum();
    }

    private sealed class OnAnotherTape : IRetrievalLoss<float>
    {
        public Variable<float> RowLosses(Variable<float> logits, OpIndices positives) => new Tape<float>().Constant(Tensor<float>.Of(1, 2, 3));
    }
}
