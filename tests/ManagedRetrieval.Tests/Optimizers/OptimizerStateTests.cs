using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Optimizers;

public class OptimizerStateTests
{
    private static readonly Func<Optimizer<float>>[] Everything =
    [
        () => new Sgd<float>(0.1),
        () => new Sgd<float>(0.1, momentum: 0.9) { Average = WeightAverage<float>.Plain(start: 2), Schedule = LearningRateSchedule.WarmUp(9) },
        () => new Adagrad<float> { MaximumGradientNorm = 1, WeightDecay = 0.1 },
        () => new RowWiseAdagrad<float> { Groups = [new(parameter => parameter.Name == "vector") { Frozen = true }] },
        () => new Adam<float>(0.1) { Schedule = LearningRateSchedule.WarmUp(3, LearningRateSchedule.Cosine(9)), Average = WeightAverage<float>.Exponential(0.9) },
        () => new AdamW<float>(0.1) { Schedule = LearningRateSchedule.InverseSquareRoot(2), Groups = [new(parameter => parameter.Name == "vector") { RateFactor = 3 }] },
    ];

    public static TheoryData<int> Kinds => [.. Enumerable.Range(0, Everything.Length)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_optimizer_that_takes_over_the_state_goes_on_with_the_same_bits(int kind)
    {
        Optimizer<float> first = Everything[kind](), second = Everything[kind]();
        Parameter<float>[] parameters = Parameters(1);
        for (ulong step = 0; step < 5; step++)
        {
            Step(first, parameters, step);
        }

        // Other parameters of the same names, in another order, and an optimizer that has other steps behind it.
        Parameter<float>[] others = [.. Parameters(2).Reverse()];
        Step(second, others, 77);
        foreach (Parameter<float> other in others)
        {
            parameters.Single(parameter => parameter.Name == other.Name).Value.Span.CopyTo(other.Value.Span);
        }

        second.ImportState(first.ExportState(), others);
        Assert.Equal(first.Steps, second.Steps);
        for (ulong step = 5; step < 12; step++)
        {
            Step(first, parameters, step);
            Step(second, [.. others.Reverse()], step);
        }

        AssertSame(parameters, others);
        first.Average?.SwapIn();
        second.Average?.SwapIn();
        AssertSame(parameters, others);
    }

    [Fact]
    public void Every_tensor_and_count_has_a_name_of_its_own()
    {
        var optimizer = new Adam<float> { Average = WeightAverage<float>.Plain() };
        Parameter<float>[] parameters = Parameters(1);
        Step(optimizer, parameters, 0);
        Step(optimizer, parameters, 1);
        OptimizerState<float> state = optimizer.ExportState();
        Assert.Equal(
            ["dense/average", "dense/mean", "dense/mean_square", "table/average", "table/mean", "table/mean_square", "vector/average", "vector/mean", "vector/mean_square"],
            state.Tensors.Keys);
        Assert.Equal(
            ["average_steps", "dense/average_steps", "dense/steps", "steps", "table/average_steps", "table/steps", "vector/average_steps", "vector/steps"],
            state.Counts.Keys);
        Assert.Equal([2], state.Counts["steps"]);
        Assert.Equal([2], state.Counts["dense/steps"]);
        Assert.Equal(6, state.Counts["table/average_steps"].Length);
        Assert.Equal([1], state.Counts["vector/average_steps"]);
    }

    [Fact]
    public void A_state_that_does_not_fit_is_refused_and_changes_nothing()
    {
        Parameter<float>[] parameters = Parameters(1);
        Optimizer<float> adam = new Adam<float> { Average = WeightAverage<float>.Plain() }, target = new Adam<float>();
        Step(adam, parameters, 0);
        Step(adam, parameters, 1);
        Step(target, parameters, 2);
        Refusal.Of<ArgumentException>(() => target.ImportState(adam.ExportState(), parameters), "'dense/average', which belongs to nothing here");
        Refusal.Of<ArgumentException>(() => adam.ImportState(target.ExportState(), parameters), "must hold the counts 'average_steps'");
        Refusal.Of<ArgumentException>(() => target.ImportState(new OptimizerState<float>(), parameters), "must hold the counts 'steps'");

        var adagrad = new Adagrad<float>();
        Step(adagrad, parameters, 3);
        Refusal.Of<ArgumentException>(() => target.ImportState(adagrad.ExportState(), parameters), "must hold the tensor 'dense/mean'");
        Parameter<float> wider = new DenseParameter<float>("dense", new Tensor<float>(new Shape(6, 9)));
        Refusal.Of<ArgumentException>(() => target.ImportState(target.ExportState(), [wider, .. parameters[1..]]), "'dense/mean' must have the shape [6, 9], not [6, 5]");
        Refusal.Of<ArgumentException>(() => target.ImportState(target.ExportState(), parameters[1..]), "'dense/mean', which belongs to nothing here");

        OptimizerState<float> negative = new();
        negative.AddCounts("steps", [-1]);
        Refusal.Of<ArgumentException>(() => target.ImportState(negative, parameters), "'steps' must be 1, none of them negative");
        Assert.Equal((1, 2, 1), (target.Steps, adam.Steps, target.StateOf(parameters[0]).Steps));
    }

    [Fact]
    public void Two_parameters_of_one_name_have_no_state_that_could_be_told_apart()
    {
        var optimizer = new Sgd<float>();
        optimizer.Step([new DenseParameter<float>("x", Tensor<float>.Of(1)), new DenseParameter<float>("x", Tensor<float>.Of(1))]);
        Assert.Throws<ArgumentException>(() => optimizer.ExportState());
    }

    private static Parameter<float>[] Parameters(ulong seed)
    {
        var draw = new Draw(seed, 12);
        return
        [
            new DenseParameter<float>("dense", draw.Tensor<float>(new Shape(6, 5))),
            new DenseParameter<float>("vector", draw.Tensor<float>(new Shape(7))),
            new EmbeddingTable<float>("table", draw.Tensor<float>(new Shape(6, 5))),
        ];
    }

    private static void Step(Optimizer<float> optimizer, Parameter<float>[] parameters, ulong seed)
    {
        var draw = new Draw(seed, 12);
        foreach (Parameter<float> parameter in parameters)
        {
            Tensor<float> gradient = draw.Tensor<float>(parameter.Value.Shape);
            if (parameter is EmbeddingTable<float> table)
            {
                OptimizerChecks.SetRows(table, [.. Enumerable.Range(0, 6).Where(_ => draw.Bool())], gradient);
            }
            else
            {
                gradient.Span.CopyTo(((DenseParameter<float>)parameter).Gradient.Span);
            }
        }

        optimizer.Step(parameters);
    }

    private static void AssertSame(Parameter<float>[] parameters, Parameter<float>[] others) => Assert.All(
        parameters,
        parameter => Agree.Exactly<float>(parameter.Name, parameter.Value.Span, others.Single(other => other.Name == parameter.Name).Value.Span));
}
