using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Losses;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Tasks;

/// <summary>All options at once, in random combinations.</summary>
public class RetrievalTaskCrossProductTests
{
    [Fact]
    public void Loss_and_both_gradients_are_what_the_formulas_say()
    {
        int cases = 0, inFloat = 0;
        RandomCases.Check(
            draw =>
            {
                RetrievalCase given = RetrievalCases.Random(draw);
                Outcome<double> expected = RetrievalReference.Run(given);
                given.Run<double>().AgreesWith(expected, 1e-10);
                cases++;
                if (expected.IsWellConditioned)
                {
                    given.Run<float>().AgreesWith(expected, 2e-4);
                    inFloat++;
                }
            },
            cases: 5000);
        Assert.True(inFloat >= 0.98 * cases, $"only {inFloat} of {cases} cases were good enough for float");
    }

    [Fact]
    public void Gradients_agree_with_central_differences() => RandomCases.Check(
        draw =>
        {
            RetrievalCase given = RetrievalCases.Random(draw, largest: 4, steep: false);
            var queries = new DenseParameter<double>("queries", given.QueryTensor<double>());
            var candidates = new DenseParameter<double>("candidates", given.CandidateTensor<double>());
            RetrievalTask<double> task = given.Task<double>();
            Variable<double> Loss(Tape<double> tape) => task.Loss(tape.Parameter(queries), tape.Parameter(candidates), given.Arguments<double>());

            GradientCheck.Run(Loss, [queries, candidates, .. task.Parameters], draw.Seed).ThrowIfFailed();
        },
        cases: 600);

    [Fact]
    public void Dropped_rows_and_rows_and_columns_without_negatives_are_counted() => RandomCases.Check(
        draw =>
        {
            RetrievalCase given = RetrievalCases.Random(draw, largest: 3);
            RetrievalColumns[] rows = [.. Enumerable.Range(0, given.Queries).Select(i => RetrievalColumns.OfRow(given, i))];
            var tape = new Tape<double>();
            given.Task<double>().Loss(
                tape.Input(given.QueryTensor<double>()), tape.Input(given.CandidateTensor<double>()), given.Arguments<double>(), out RetrievalCounts counts);
            Assert.Equal(rows.Count(row => row.Dropped), counts.DroppedRows);
            Assert.Equal(Alone(rows), counts.RowsWithoutNegatives);
            Assert.Equal(given.Symmetric ? Alone(rows.Select((_, j) => RetrievalColumns.OfColumn(given, rows, j))) : 0, counts.ColumnsWithoutNegatives);

            static int Alone(IEnumerable<RetrievalColumns> rows) => rows.Count(row => !row.Dropped && !row.Negatives.Any());
        },
        cases: 600);

    [Fact]
    public void Any_number_of_workers_gives_the_same_bits() => RandomCases.Check(
        draw =>
        {
            RetrievalCase given = RetrievalCases.Random(draw, largest: 40);
            using var team = new WorkerTeam(3);
            given.Run<float>(team).IsExactly(given.Run<float>());
        },
        cases: 60);

    [Fact]
    public void A_warm_step_allocates_nothing_and_is_none_the_worse_for_the_steps_before_whatever_the_options() => RandomCases.Check(
        draw =>
        {
            RetrievalCase given = RetrievalCases.Random(draw);
            var tape = new Tape<float>();
            RetrievalTask<float> task = given.Task<float>();
            RetrievalArguments<float> arguments = given.Arguments<float>();
            var (queries, candidates) = (given.QueryTensor<float>(), given.CandidateTensor<float>());
            var sum = new Sum<float>();
            float value = 0;
            Assert.Equal(0, Allocated.ByOneOf(() =>
            {
                tape.Reset();
                Variable<float> loss = task.Loss(tape.Input(queries), tape.Input(candidates), arguments);
                loss = given.Reduction == LossReduction.None ? tape.Apply(sum, [loss]) : loss;
                tape.Backward(loss);
                value = loss.Value.Span[0];
            }));
            Assert.Equal(given.Run<float>().Loss.Sum(), value, 1e-5f * Math.Max(1, Math.Abs(value)));
        },
        cases: 60);

    [Fact]
    public void What_the_memory_of_a_step_held_before_cannot_be_seen() => RandomCases.Check(
        draw =>
        {
            RetrievalCase given = RetrievalCases.Random(draw) with { Reduction = LossReduction.Sum };
            RetrievalTask<double> task = given.Task<double>();
            var tape = new Tape<double>();
            double[] losses = [.. Enumerable.Range(-1, 5).Select(rubbish =>
            {
                tape.Reset();
                tape.AllocateIndices(1 << 12).Span.Fill(rubbish);
                tape.Allocate(new Shape(1 << 14)).Span.Fill(double.NaN);
                tape.Reset();
                return task.Loss(tape.Input(given.QueryTensor<double>()), tape.Input(given.CandidateTensor<double>()), given.Arguments<double>()).Value.Span[0];
            })];
            Assert.All(losses, loss => Assert.Equal(given.Run<double>().Loss[0], loss));
        },
        cases: 600);

    [Fact]
    public void What_is_removed_has_exactly_zero_gradient() => RandomCases.Check(
        draw =>
        {
            // Sums over rows hide a single row's zero, so one row at a time.
            RetrievalCase given = RetrievalCases.Random(draw) with { Symmetric = false, Reduction = LossReduction.Sum };
            for (int i = 0; i < given.Queries; i++)
            {
                int[] kept = RetrievalColumns.OfRow(given, i).Kept;
                Outcome<float> outcome = given.OnlyRow(i).Run<float>();
                for (int j = 0; j < given.Candidates; j++)
                {
                    Assert.True(kept.Contains(j) || outcome.CandidateGradient.Row(j).IndexOfAnyExcept(0f) < 0, $"row {i} moves its removed candidate {j}");
                }
            }
        },
        cases: 300);
}
