using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.Tests.Towers;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Tests.Training;

/// <summary>A step that is not taken says which op went wrong first, and for which query or candidate.</summary>
public class TrainerFaultTests
{
    [Fact]
    public void A_parameter_that_is_no_number_is_named_with_its_row()
    {
        TwoTowerModel<int[], int[]> model = Small();
        model.QueryTower.Table.Value.Row(4)[1] = float.NaN;
        Says(model, Pairs(model), new(), "In epoch 1 a query's embedding is no longer finite", "The parameter 'query.table' has NaN, in row 4, column 1");
    }

    [Fact]
    public void An_embedding_that_overflows_is_named_with_its_query()
    {
        // The sum of two large rows; only the query of pair 3 has both.
        TwoTowerModel<int[], int[]> model = Small();
        model.QueryTower.Table.Value.Row(6)[2] = 3e38f;
        model.QueryTower.Table.Value.Row(7)[2] = 3e38f;
        Says(model, Pairs(model, (3, [6, 7])), new(), "EmbeddingBag was the first to give", "(the query of pair 3), column 2");
    }

    [Fact]
    public void An_embedding_that_overflows_is_named_with_its_candidate()
    {
        TwoTowerModel<int[], int[]> model = Small();
        model.CandidateTower.Table.Value.Row(6)[0] = 3e38f;
        model.CandidateTower.Table.Value.Row(7)[0] = -3e38f;
        RetrievalDataset data = Pairs(model, candidate: (2, [6, 6]));
        Says(model, data, new(), "a candidate's embedding is no longer finite", "EmbeddingBag was the first to give Infinity", "(candidate 2 of the corpus), column 0");
    }

    [Fact]
    public void A_score_that_overflows_is_named_with_its_query_and_its_candidate()
    {
        TwoTowerModel<int[], int[]> model = Small();
        model.QueryTower.Table.Value.Span.Clear();
        model.CandidateTower.Table.Value.Span.Clear();
        model.QueryTower.Table.Value.Row(1).Fill(1e30f);
        model.CandidateTower.Table.Value.Row(2).Fill(1e30f);
        Says(
            model, Pairs(model), new(), "a score or the loss overflowed", "MatrixProduct was the first to give Infinity",
            "(the query of pair 1 with candidate 2 of the corpus)");
    }

    [Fact]
    public void A_removed_score_is_no_fault()
    {
        // Accidental hits are −∞ from the step that removes them on; what goes wrong is a loss after it.
        TwoTowerModel<int[], int[]> model = Small();
        model.QueryTower.Table.Value.Span.Clear();
        model.CandidateTower.Table.Value.Span.Clear();
        model.QueryTower.Table.Value.Row(1).Fill(1e19f);
        model.CandidateTower.Table.Value.Row(1).Fill(-1e19f);
        model.CandidateTower.Table.Value.Row(2).Fill(1e19f);
        int[][] ids = [.. Enumerable.Range(0, 5).Select(i => new[] { i })];
        var data = RetrievalDataset.Encode(model, [.. ids, [0]], ids, [0, 1, 2, 3, 4, 0]);
        Says(
            model, data, new() { RemoveAccidentalHits = true }, "the loss overflowed", "Entropy was the first to give Infinity", "(the query of pair 1)");
    }

    [Fact]
    public void A_gradient_that_overflows_is_named_with_the_op_that_it_left()
    {
        TwoTowerModel<int[], int[]> model = Planted.Model();
        RetrievalDataset data = new Planted().Data(model, [.. Enumerable.Repeat(1e34f, 400)]);
        var trainer = new Trainer(model, new RetrievalTask<float>(new() { Temperature = 1e-4 }), new Adagrad<float>());
        ArithmeticException error = Assert.Throws<ArithmeticException>(() => trainer.Fit(data, new() { BatchSize = 2 }));
        Assert.Matches(@"the gradient of '.*' is not finite; the step was not taken\. \w+ was the first to give \S+ as a gradient, in row \d+", error.Message);
        Assert.EndsWith(". A smaller learning rate may help.", error.Message, StringComparison.Ordinal);
    }

    private static void Says(TwoTowerModel model, RetrievalDataset data, RetrievalTaskOptions<float> task, params string[] parts)
    {
        float[] before = TrainerTests.Values(model);
        ArithmeticException error = Assert.Throws<ArithmeticException>(
            () => new Trainer(model, new RetrievalTask<float>(task), new Adagrad<float>()).Fit(data, new() { BatchSize = 8 }));
        Assert.All([.. parts, "the step was not taken"], part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        Assert.Equal(before, TrainerTests.Values(model));
    }

    private static TwoTowerModel<int[], int[]> Small() => new(
        new GivenIds(9), new GivenIds(9), new TwoTowerOptions { Dimensions = 3, Normalize = false, Combiner = BagCombiner.Sum });

    private static RetrievalDataset Pairs(TwoTowerModel<int[], int[]> model, (int Pair, int[] Ids)? query = null, (int Row, int[] Ids)? candidate = null)
    {
        int[][] queries = [.. Enumerable.Range(0, 5).Select(i => i == query?.Pair ? query.Value.Ids : [i])];
        int[][] corpus = [.. Enumerable.Range(0, 5).Select(i => i == candidate?.Row ? candidate.Value.Ids : [i])];
        return RetrievalDataset.Encode(model, queries, corpus, [0, 1, 2, 3, 4]);
    }
}
