using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Towers;

/// <summary>Towers of several inputs.</summary>
public class TowerInputsTests
{
    [Fact]
    public void The_output_of_inputs_of_all_kinds_is_that_of_plain_loops() => RandomCases.Check(draw =>
    {
        Tower<double> tower = Tower<double>(draw.Seed, draw.Size);
        EncodedBatch batch = TowerSamples.Batch(tower, draw.Length(minimum: 0), draw);
        double[] expected = SlowLayers.Flat(TowerSamples.Expected(tower, batch));
        Variable<double> output = tower.Apply(new Tape<double>(), batch);
        Assert.Equal(new Shape(batch.Count, tower.Dimensions), output.Shape);
        Agree.InNorm<double>("output", expected, output.Value.Span, 1e-11);

        // A float rounds where a norm or a difference of nearly equal numbers magnifies it.
        Agree.InNorm<float>("output in float", expected, Tower<float>(draw.Seed, draw.Size).Apply(new Tape<float>(), batch).Value.Span, 1e-2);
    }, cases: 300, size: 8);

    [Fact]
    public void Gradients_of_two_towers_with_tables_in_common_agree_with_central_differences()
    {
        for (ulong seed = 0; seed < 40; seed++)
        {
            var draw = new Draw(seed, 4);
            EmbeddingTable<double> table = TowerSamples.Table<double>("shared", 7, 3, draw);
            Tower<double> query = TowerSamples.Make("query", table, draw, outputs: 4), candidate = TowerSamples.Make("candidate", table, draw, outputs: 4);

            // No list is empty: the length of a zero row has a kink.
            EncodedBatch queries = TowerSamples.Batch(query, 3, draw, least: 1), candidates = TowerSamples.Batch(candidate, 5, draw, least: 1);
            var task = new RetrievalTask<double>(new() { Temperature = 0.7 });
            var pass = TowerPass.Training(3);
            GradientCheck.Run(
                tape => task.Loss(query.Apply(tape, queries, pass), candidate.Apply(tape, candidates, pass)),
                [.. query.Parameters.Union(candidate.Parameters)],
                seed,
                tolerance: 1e-5).ThrowIfFailed();
        }
    }

    [Fact]
    public void A_table_that_history_and_candidate_share_gets_the_sum_of_what_both_send()
    {
        var draw = new Draw(5, 6);
        EmbeddingTable<double> shared = TowerSamples.Table<double>("shared", 6, 3, draw);
        var apart = new EmbeddingTable<double>("apart", new Tensor<double>(shared.Value.Shape, shared.Value.Span.ToArray()));
        RaggedIds history = TowerTests.Ragged([[0, 1, 1], [2, 0], [5]]), items = TowerTests.Ragged([[1], [2], [0]]);
        double[] together = Gradient(shared, shared);
        double[] first = Gradient(shared, apart);
        double[] second = Dense(apart);
        Agree.InNorm<double>("gradient", [.. first.Zip(second, (a, b) => a + b)], together, 1e-12);
        Assert.All(new[] { first, second }, part => Assert.Contains(part, value => value != 0));

        double[] Gradient(EmbeddingTable<double> query, EmbeddingTable<double> candidate)
        {
            query.ZeroGradient();
            candidate.ZeroGradient();
            var reader = new Tower<double>([new SequenceInput<double>("history", query, Recurrent()), new BagInput<double>("bag", query)], join: TowerJoin.Sum);
            var tape = new Tape<double>();
            tape.Backward(new RetrievalTask<double>().Loss(reader.Apply(tape, new EncodedBatch(history, history)), BagTower.Of(candidate).Apply(tape, items)));
            return Dense(query);
        }

        static RecurrentHistory<double> Recurrent() => RecurrentHistory<double>.Create("h", 3, 3, 1, 1);

        static double[] Dense(EmbeddingTable<double> table)
        {
            var gradient = new Tensor<double>(table.Value.Shape);
            table.AddGradientTo(gradient);
            return gradient.Span.ToArray();
        }
    }

    [Fact]
    public void Output_and_gradients_have_the_same_bits_for_one_worker_and_three() => RandomCases.Check(
        draw =>
        {
            using var team = new WorkerTeam(3);
            float[][] alone = Step(null), shared = Step(team);
            for (int i = 0; i < alone.Length; i++)
            {
                Agree.Exactly<float>($"part {i}", alone[i], shared[i]);
            }

            float[][] Step(WorkerTeam? workers)
            {
                Tower<float> tower = Tower<float>(draw.Seed, 12);
                var again = new Draw(draw.Seed, 12);
                var tape = new Tape<float>(workers);
                Variable<float> output = tower.Apply(tape, TowerSamples.Batch(tower, 300, again), TowerPass.Training(9));
                tape.Backward(output, again.Tensor<float>(output.Shape));
                return [output.Value.Span.ToArray(), .. tower.Parameters.Select(parameter =>
                {
                    var gradient = new Tensor<float>(parameter.Value.Shape);
                    parameter.AddGradientTo(gradient);
                    return gradient.Span.ToArray();
                })];
            }
        },
        cases: 25);

    [Fact]
    public void A_batch_of_other_columns_is_refused()
    {
        var tower = new Tower<float>([new BagInput<float>("words", Table("t", 3, 2)), new DenseInput<float>("age", 2)]);
        Refused(new EncodedBatch(TowerTests.Ragged([[0]])), "2 columns, one for each input, not 1");
        Refused(new EncodedBatch(Rows(2), Rows(2)), "input 'words' reads RaggedIds, but the batch's column is DenseRows");
        Refused(new EncodedBatch(TowerTests.Ragged([[0]]), TowerTests.Ragged([[0]])), "input 'age' reads DenseRows, but the batch's column is RaggedIds");
        Refused(new EncodedBatch(TowerTests.Ragged([[0]]), Rows(3)), "input 'age' reads rows of 2 numbers, but the batch's have 3");
        Assert.Equal(new Shape(1, 4), tower.Apply(new Tape<float>(), new EncodedBatch(TowerTests.Ragged([[0]]), Rows(2))).Shape);

        void Refused(EncodedBatch batch, string problem) => Refusal.Of<ArgumentException>(() => tower.Apply(new Tape<float>(), batch), problem);

        static DenseRows Rows(int width)
        {
            var rows = new DenseRows(width);
            rows.AppendRow();
            return rows;
        }
    }

    [Fact]
    public void Parts_that_do_not_fit_are_refused()
    {
        BagInput<float> wide = new("wide", Table("w", 3, 4)), narrow = new("narrow", Table("n", 3, 2));
        Refusal.Of<ArgumentException>(() => _ = new Tower<float>([]), "at least one input");
        Refusal.Of<ArgumentException>(() => _ = new Tower<float>([wide, null!]), "number 1 is");
        Refusal.Of<ArgumentException>(() => _ = new Tower<float>([wide, new DenseInput<float>("wide", 1)]), "Two inputs read the feature 'wide'");
        Refusal.Of<ArgumentException>(() => _ = new Tower<float>([wide, narrow], join: TowerJoin.Sum), "'wide' has 4 and 'narrow' 2");
        Refusal.Of<ArgumentException>(() => _ = new Tower<float>([wide, narrow], [Linear<float>.Create("l", 6, 3, 0, 0), Linear<float>.Create("m", 2, 3, 0, 0)]), "Layer 1", "length 3, not 2");
        Refusal.Of<ArgumentException>(() => _ = new Tower<float>([wide], [null!]), "layers must not hold null, but number 0 is");
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new Tower<float>([wide], join: (TowerJoin)2), "Concatenate or Sum");
        Refusal.Of<ArgumentException>(() => _ = new BagInput<float>("words", Table("t", 3, 2), weights: Table("v", 2, 1)), "[3, 1]", "[2, 1]");
        Refusal.Of<ArgumentException>(() => _ = new BagInput<float>("words", Table("t", 3, 2), weights: Table("v", 3, 2)), "[3, 1]", "[3, 2]");
        Refusal.Of<ArgumentException>(() => _ = new SequenceInput<float>("items", Table("t", 3, 2), new MeanHistory<float>(3)), "2 dimensions, not 3");
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new DenseInput<float>("age", 0), "width");
        Refusal.Of<ArgumentException>(() => _ = new DenseInput<float>("", 1), "feature");
    }

    [Fact]
    public void Learnt_weights_start_as_if_there_were_none_and_then_move_the_embedding()
    {
        EmbeddingTable<double> table = TowerSamples.Table<double>("t", 4, 3, new Draw(1, 4)), weights = new("w", new Tensor<double>(new Shape(4, 1)));
        weights.Value.Span.Fill(1);
        RaggedIds ids = TowerTests.Ragged([[0, 2, 2], [], [3]]);
        Tower<double> plain = BagTower.Of(table), weighted = new([new BagInput<double>("input", table, weights: weights)]);
        Agree.InNorm<double>("equal weights", plain.Apply(new Tape<double>(), ids).Value.Span, weighted.Apply(new Tape<double>(), ids).Value.Span, 1e-12);
        weights.Value.Span[2] = 9;
        double[] heavy = weighted.Apply(new Tape<double>(), ids).Value.Row(0).ToArray();
        double[] expected = TowerSamples.Normalized([.. Enumerable.Range(0, 3).Select(d => table.Value.Row(0)[d] + (18 * table.Value.Row(2)[d]))]);
        Agree.InNorm<double>("a heavy id", expected, heavy, 1e-12);
        Assert.Equal([table, weights], weighted.Parameters);
    }

    private static Tower<T> Tower<T>(ulong seed, int size)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var draw = new Draw(seed, size);
        return TowerSamples.Make("tower", TowerSamples.Table<T>("shared", draw.Length(), draw.Length(), draw), draw);
    }

    private static EmbeddingTable<float> Table(string name, int rows, int width) => new(name, new Tensor<float>(new Shape(rows, width)));
}
