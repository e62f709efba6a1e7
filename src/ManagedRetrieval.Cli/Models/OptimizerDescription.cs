using ManagedRetrieval.Optimizers;

namespace ManagedRetrieval.Cli.Models;

/// <summary>What an optimizer is called in a model's description.</summary>
internal enum OptimizerKind
{
    Adam,
    AdamW,
    Adagrad,
    RowWiseAdagrad,
    Sgd,
}

/// <summary>What a schedule of the learning rate is called in a model's description.</summary>
internal enum ScheduleKind
{
    Constant,
    Cosine,
    InverseSquareRoot,
}

/// <summary>What moves the parameters.</summary>
internal sealed record OptimizerDescription
{
    public OptimizerKind Type { get; set; } = OptimizerKind.Adam;

    public double LearningRate { get; set; } = 0.001;

    public double WeightDecay { get; set; }

    public double Momentum { get; set; }

    public ScheduleKind Schedule { get; set; }

    /// <summary>Steps in which the learning rate grows to its full size.</summary>
    public int WarmUpSteps { get; set; }

    public double? MaximumGradientNorm { get; set; }

    /// <summary>The decay of an exponential average of the weights, which is then what is measured and kept; null for none.</summary>
    public double? AverageDecay { get; set; }

    /// <summary>Parameters that are trained in another way than the rest.</summary>
    public IReadOnlyList<GroupDescription> Groups { get; set; } = [];

    /// <summary>Refuses what no optimizer can have.</summary>
    public void Check(DescriptionCheck check)
    {
        check.Positive("learning_rate", LearningRate);
        check.NotNegative("weight_decay", WeightDecay);
        check.BelowOne("momentum", Momentum);
        check.Require(Momentum == 0 || Type == OptimizerKind.Sgd, "momentum", Momentum, "0, since only sgd has it");
        check.AtLeast(0, "warm_up_steps", WarmUpSteps);
        check.Positive("maximum_gradient_norm", MaximumGradientNorm);
        for (int i = 0; i < Groups.Count; i++)
        {
            check.Require(Groups[i] is not null, FormattableString.Invariant($"groups[{i}]"), null, "an object");
            Groups[i].Check(check.In(FormattableString.Invariant($"groups[{i}]")));
        }

        check.Require(AverageDecay is null or (> 0 and < 1), "average_decay", AverageDecay, "above 0 and below 1");
    }

    /// <param name="steps">Of the whole training.</param>
    public Optimizer<float> Create(int steps)
    {
        LearningRateSchedule main = Schedule switch
        {
            ScheduleKind.Cosine => LearningRateSchedule.Cosine(Math.Max(1, steps - WarmUpSteps)),
            ScheduleKind.InverseSquareRoot => LearningRateSchedule.InverseSquareRoot(Math.Max(1, WarmUpSteps)),
            _ => LearningRateSchedule.Constant,
        };
        LearningRateSchedule schedule = WarmUpSteps > 0 && Schedule != ScheduleKind.InverseSquareRoot ? LearningRateSchedule.WarmUp(WarmUpSteps, main) : main;
        WeightAverage<float>? average = AverageDecay is { } decay ? WeightAverage<float>.Exponential(decay) : null;
        ParameterGroup<float>[] groups = [.. Groups.Select(group => group.Create())];
        return Type switch
        {
            OptimizerKind.AdamW => new AdamW<float>(LearningRate) { Schedule = schedule, WeightDecay = WeightDecay, MaximumGradientNorm = MaximumGradientNorm, Average = average, Groups = groups },
            OptimizerKind.Adagrad => new Adagrad<float>(LearningRate) { Schedule = schedule, WeightDecay = WeightDecay, MaximumGradientNorm = MaximumGradientNorm, Average = average, Groups = groups },
            OptimizerKind.RowWiseAdagrad => new RowWiseAdagrad<float>(LearningRate) { Schedule = schedule, WeightDecay = WeightDecay, MaximumGradientNorm = MaximumGradientNorm, Average = average, Groups = groups },
            OptimizerKind.Sgd => new Sgd<float>(LearningRate, Momentum) { Schedule = schedule, WeightDecay = WeightDecay, MaximumGradientNorm = MaximumGradientNorm, Average = average, Groups = groups },
            _ => new Adam<float>(LearningRate) { Schedule = schedule, WeightDecay = WeightDecay, MaximumGradientNorm = MaximumGradientNorm, Average = average, Groups = groups },
        };
    }
}
