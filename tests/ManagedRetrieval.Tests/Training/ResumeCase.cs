using System.Runtime.InteropServices;
using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Losses;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.Sampling;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Tests.Training;

/// <summary>A training run of random settings, made anew as often as one likes.</summary>
internal sealed class ResumeCase(ulong seed)
{
    private static readonly Planted Planted = new();

    /// <summary>A run from its start, with nothing left of others.</summary>
    public Made Make()
    {
        var draw = new Draw(seed, 8);
        TwoTowerModel<int[], int[]> model = Planted.Model(seed, linear: draw.Bool());
        HardNegativeOptions? hard = draw.Bool() ? new() { PerQuery = draw.Between(1, 3), Skip = draw.Below(2), EverySteps = draw.Between(1, 9) } : null;
        float[] weights = draw.Bool() ? [.. Enumerable.Range(0, 400).Select(i => 0.5f + (i % 3))] : [];
        var task = new RetrievalTask<float>(new()
        {
            Temperature = 0.2,
            LearnTemperature = draw.Bool(),
            RemoveAccidentalHits = hard is not null || draw.Bool(),
            Symmetric = draw.Bool(),
            Reduction = draw.Bool() ? LossReduction.Sum : LossReduction.Mean,
            NumberOfHardNegatives = draw.Bool() ? 9 : null,
            BatchMetrics = draw.Bool() ? [RankMetric.MeanRank, RankMetric.TopKAccuracy(3)] : [],
            LossMetrics = draw.Bool() ? [new MeanLoss(), new MeanLoss("again")] : [],
        });
        TrainingOptions options = Options(draw, model) with { HardNegatives = hard };
        options = hard is null ? options : options with { CorrectSamplingBias = false, CandidateSamplingProbability = default };
        return new(model, task, OptimizerOf(draw, options), Planted.Data(model, weights), options);
    }

    private static TrainingOptions Options(Draw draw, TwoTowerModel<int[], int[]> model)
    {
        int sampled = draw.Bool() ? draw.Between(1, 30) : 0;
        bool correct = draw.Bool();
        TrainingOptions options = new()
        {
            Epochs = draw.Between(2, 4),
            BatchSize = draw.Between(50, 130),
            Seed = draw.Seed,
            CorrectSamplingBias = correct,
            CandidateSamplingProbability = correct && draw.Bool() ? Enumerable.Repeat(0.005f, Planted.Candidates).ToArray() : default,
            MemoryCapacity = draw.Bool() ? draw.Between(1, 200) : 0,
            MemoryMaximumAge = draw.Between(1, 4),
            SampledNegatives = sampled,
            NegativeSampler = sampled == 0 ? null : draw.Below(3) switch
            {
                0 => new UniformSampler(Planted.Candidates),
                1 => new LogUniformSampler(Planted.Candidates),
                _ => new PopularitySampler([.. Enumerable.Range(1, Planted.Candidates).Select(count => (long)count)], 0.75),
            },
        };
        return !draw.Bool() ? options : options with
        {
            Validation = new()
            {
                Evaluate = _ => new Dictionary<string, double> { ["accuracy"] = Planted.HeldOutAccuracy(model), ["first"] = model.Parameters[0].Value.Span[0] },
                Metric = draw.Bool() ? "accuracy" : "first",
                LowerIsBetter = draw.Bool(),
                EveryEpochs = draw.Between(1, 2),
                Patience = draw.Bool() ? draw.Between(1, 2) : null,
                MinimumImprovement = draw.Bool() ? 0.01 : 0,
                RestoreBest = draw.Bool(),
            },
        };
    }

    private static Optimizer<float> OptimizerOf(Draw draw, TrainingOptions options)
    {
        int steps = options.Epochs * options.StepsPerEpoch(400);
        int kind = draw.Below(7);
        LearningRateSchedule schedule = draw.OneOf(
            LearningRateSchedule.Constant, LearningRateSchedule.WarmUp(5, LearningRateSchedule.Cosine(steps)), LearningRateSchedule.StepDecay(3, 0.7));
        double? norm = draw.Bool() ? 3 : null;
        WeightAverage<float>? average = draw.Below(3) switch { 0 => null, 1 => WeightAverage<float>.Exponential(0.9, draw.Below(5)), _ => WeightAverage<float>.Plain(draw.Below(5)) };
        ParameterGroup<float>[] groups = draw.Bool() ? [new(parameter => parameter.Name.StartsWith("query", StringComparison.Ordinal)) { RateFactor = 0.5, Frozen = draw.Below(4) == 0 }] : [];
        return kind switch
        {
            0 => new Sgd<float>(0.1) { Schedule = schedule, MaximumGradientNorm = norm, Average = average, Groups = groups },
            1 => new Sgd<float>(0.1, 0.9) { Schedule = schedule, MaximumGradientNorm = norm, Average = average, Groups = groups },
            2 => new Sgd<float>(0.1, 0.9, nesterov: true) { Schedule = schedule, MaximumGradientNorm = norm, Average = average, Groups = groups },
            3 => new Adagrad<float> { Schedule = schedule, MaximumGradientNorm = norm, Average = average, Groups = groups, WeightDecay = 1e-3 },
            4 => new RowWiseAdagrad<float> { Schedule = schedule, MaximumGradientNorm = norm, Average = average, Groups = groups },
            5 => new Adam<float>(0.01) { Schedule = schedule, MaximumGradientNorm = norm, Average = average, Groups = groups },
            _ => new AdamW<float>(0.01) { Schedule = schedule, MaximumGradientNorm = norm, Average = average, Groups = groups },
        };
    }

    /// <summary>Everything a run is made of.</summary>
    internal sealed record Made(
        TwoTowerModel<int[], int[]> Model, RetrievalTask<float> Task, Optimizer<float> Optimizer, RetrievalDataset Data, TrainingOptions Options)
    {
        public Trainer Trainer { get; } = new(Model, Task, Optimizer);

        /// <summary>All that it came to, in words whose every bit counts.</summary>
        public IReadOnlyList<string> Came(TrainingResult result)
        {
            OptimizerState<float> state = Optimizer.ExportState();
            return
            [
                .. Model.Parameters.Concat(Task.Parameters).Select(parameter => $"{parameter.Name}: {Bits(parameter.Value)}"),
                .. state.Tensors.Select(pair => $"{pair.Key}: {Bits(pair.Value)}"),
                .. state.Counts.Select(pair => $"{pair.Key}: {string.Join(' ', pair.Value)}"),
                .. result.Select(epoch => $"{epoch.Epoch} {Bits(epoch.Loss)} {epoch.RowsWithoutNegatives} {epoch.ColumnsWithoutNegatives} {epoch.IsBest} {Figures(epoch.Metrics)} {Figures(epoch.Validation)}"),
                $"{result.StopReason} {result.BestEpoch} {result.Steps}",
            ];
        }

        private static string Bits(Tensor<float> tensor) => Convert.ToHexString(MemoryMarshal.AsBytes(tensor.Span));

        private static string Bits(double number) => BitConverter.DoubleToInt64Bits(number).ToString("x16", System.Globalization.CultureInfo.InvariantCulture);

        private static string Figures(IReadOnlyDictionary<string, double> figures) => string.Join(", ", figures.Select(pair => $"{pair.Key} {Bits(pair.Value)}"));
    }
}
