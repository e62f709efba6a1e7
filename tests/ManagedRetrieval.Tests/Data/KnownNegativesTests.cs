using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Features;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.Tests.Towers;
using ManagedRetrieval.Tests.Training;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Tests.Data;

/// <summary>Items known to be wrong: a column of a log, and further candidates of a step.</summary>
public class KnownNegativesTests
{
    private static readonly string[] Header = ["user", "item", "wrong"];

    [Fact]
    public async Task A_log_keeps_them_through_selecting_joining_and_new_keys()
    {
        InteractionLog log = await ReadAsync(KeyKind.Text, ["a", "x", "y z"], ["b", "y", null], ["a", "z", new[] { "x" }], ["b", "x", " z  y "]);
        Assert.Equal(["y z", "", "x", "z y"], Lists(log));
        Assert.Equal(["x", "y z"], Lists(log.Select([2, 0])));
        Assert.Equal(["x", "y z", ""], Lists(log.Select([2]).Concat(log.Select([0, 1]))));
        InteractionLog compact = log.Select([1, 0]).Compact();
        Assert.Equal(["", "y z"], Lists(compact));
        Assert.Equal(["y", "x", "z"], compact.Items.Texts);
        Assert.Null(Logs.Of(("a", "x")).Negatives);
    }

    [Fact]
    public async Task Number_keys_are_read_as_numbers_and_others_are_refused_by_column_and_row()
    {
        Assert.Equal(["20 30"], Lists(await ReadAsync(KeyKind.Number, [1L, 10L, "20 30"])));
        DataFormatException refused = await Assert.ThrowsAsync<DataFormatException>(() => ReadAsync(KeyKind.Number, [1L, 10L, "20"], [1L, 20L, "10 ten"]));
        Assert.All((string[])["row 2", "'wrong'", "'ten'", "whole numbers"], word => Assert.Contains(word, refused.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Logs_with_keys_of_their_own_cannot_be_joined() =>
        Assert.Contains("same keys", Assert.Throws<ArgumentException>("other", () => Logs.Of(("a", "x")).Concat(Logs.Of(("a", "x")))).Message, StringComparison.Ordinal);

    [Fact]
    public void They_join_their_pair_s_step_as_further_candidates_of_all_queries()
    {
        var planted = new Planted();
        TwoTowerModel<int[], int[]> model = Planted.Model();
        int[][] queries = planted.Queries[..40];
        int[] positives = planted.Positives[..40];
        int[][] lists = [.. Enumerable.Range(0, 40).Select(pair => pair % 3 == 0 ? new[] { 100 + pair, 150 } : [])];
        var data = RetrievalDataset.Encode(model, queries, planted.Corpus, positives, negatives: TowerTests.Ragged(lists));
        var task = new RetrievalTask<float>(new() { Temperature = 0.1, RemoveAccidentalHits = true });
        TrainingOptions options = new() { Epochs = 1, BatchSize = 40 };
        double loss = new Trainer(model, task, new Adagrad<float>(1e-12)).Fit(data, options)[0].Loss;
        Assert.Equal(Loss([.. lists.SelectMany(list => list)]), loss, 1e-5);
        Assert.NotEqual(Loss([]), loss, 1e-2);

        double Loss(int[] further)
        {
            int[] rows = [.. positives, .. further];
            var tape = new Tape<float>();
            return task.Loss(
                model.QueryTower.Apply(tape, TowerTests.Ragged(queries)),
                model.CandidateTower.Apply(tape, TowerTests.Ragged([.. rows.Select(row => planted.Corpus[row])])),
                new() { CandidateIds = rows }).Value.Span[0] / 40;
        }
    }

    [Fact]
    public void Lists_that_do_not_fit_are_refused()
    {
        TwoTowerModel<int[], int[]> model = new(new GivenIds(9), new GivenIds(9), new TwoTowerOptions { Dimensions = 2 });
        int[][] inputs = [[1], [2]];
        Assert.Contains("each of the 2 pairs, not 1", Refused(TowerTests.Ragged([[0]])), StringComparison.Ordinal);
        Assert.Contains("0 to 1, but one is 2", Refused(TowerTests.Ragged([[0], [1, 2]])), StringComparison.Ordinal);
        var data = RetrievalDataset.Encode(model, inputs, inputs, [0, 1], negatives: TowerTests.Ragged([[1], []]));
        var trainer = new Trainer(model, new RetrievalTask<float>(), new Adam<float>());
        Assert.Contains("CorrectSamplingBias", Assert.Throws<ArgumentException>(() => trainer.Fit(data, new() { CorrectSamplingBias = true })).Message, StringComparison.Ordinal);

        string Refused(RaggedIds negatives) => Assert.Throws<ArgumentException>(nameof(negatives), () => RetrievalDataset.Encode(model, inputs, inputs, [0, 1], negatives: negatives)).Message;
    }

    private static async Task<InteractionLog> ReadAsync(KeyKind keys, params object?[][] rows) => (await InteractionLog.ReadAsync(
        new ListedRows(Header, rows), new InteractionColumns { UserKeys = keys, ItemKeys = keys, Negatives = "wrong" })).Log;

    private static string[] Lists(InteractionLog log) =>
        [.. Enumerable.Range(0, log.Count).Select(i => string.Join(' ', log.Negatives![i].ToArray().Select(log.Items.Describe)))];
}
