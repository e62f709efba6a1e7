using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.Tests.Towers;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Tests.Training;

internal sealed class Observer(Action<TrainingProgress> report) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value) => report(value);
}

/// <summary>Watches a training run from outside: a pair was in a step when the word that only its query holds has moved.</summary>
internal static class Tracked
{
    public static TrainingResult Fit(
        Planted planted, TwoTowerModel<int[], int[]> model, TrainingOptions options, float[] weights, Action<Step> observe)
    {
        float[] before = TrainerTests.Values(model);
        int epoch = 0;
        var observer = new Observer(progress =>
        {
            int[] pairs = [.. Enumerable.Range(0, planted.Queries.Length).Where(pair => Moved(model, before, planted.Queries[pair][2]))];
            observe(new Step(progress, progress.Epoch > epoch, pairs, LossOf(planted, model, before, pairs, weights)));
            epoch = progress.Epoch;
            before = TrainerTests.Values(model);
        });
        return Planted.Trainer(model).Fit(planted.Data(model, weights), options, observer);
    }

    // The query table is the first parameter.
    private static bool Moved(TwoTowerModel model, float[] before, int word)
    {
        Tensor<float> table = model.QueryTower.Table.Value;
        int width = table.Shape.RowLength;
        return !table.Row(word).SequenceEqual(before.AsSpan(word * width, width));
    }

    /// <summary>Σ w · l of these pairs under the parameters before the step.</summary>
    private static double LossOf(Planted planted, TwoTowerModel<int[], int[]> model, float[] before, int[] pairs, float[] weights)
    {
        float[] after = TrainerTests.Values(model);
        Set(model, before);
        var tape = new Tape<float>();
        var task = new RetrievalTask<float>(new RetrievalTaskOptions<float> { Temperature = 0.1, RemoveAccidentalHits = true });
        int[] rows = [.. pairs.Select(pair => planted.Positives[pair])];
        Variable<float> loss = task.Loss(
            model.QueryTower.Apply(tape, TowerTests.Ragged([.. pairs.Select(pair => planted.Queries[pair])])),
            model.CandidateTower.Apply(tape, TowerTests.Ragged([.. rows.Select(row => planted.Corpus[row])])),
            new RetrievalArguments<float>
            {
                CandidateIds = rows,
                SampleWeight = weights.Length == 0 ? default : Tensor<float>.Of([.. pairs.Select(pair => weights[pair])]),
            });
        double value = loss.Value.Span[0];
        Set(model, after);
        return value;
    }

    private static void Set(TwoTowerModel model, float[] values)
    {
        int start = 0;
        foreach (Parameter<float> parameter in model.Parameters)
        {
            values.AsSpan(start, parameter.Value.Shape.Length).CopyTo(parameter.Value.Span);
            start += parameter.Value.Shape.Length;
        }
    }

    /// <param name="Progress">What was reported.</param>
    /// <param name="First">Whether this was the epoch's first step.</param>
    /// <param name="Pairs">The pairs in the step, ascending.</param>
    /// <param name="Loss">Σ w · l of the step, computed anew.</param>
    internal sealed record Step(TrainingProgress Progress, bool First, int[] Pairs, double Loss);
}
