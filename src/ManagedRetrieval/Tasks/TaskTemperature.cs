using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Losses;

namespace ManagedRetrieval.Tasks;

/// <summary>What a task's scores are divided by: nothing, a number, or a parameter that is learnt.</summary>
internal sealed class TaskTemperature<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly TemperatureScaling<T>? _fixed;
    private readonly DivideByTemperature<T> _divide = new();
    private readonly DenseParameter<T>? _logarithm;
    private readonly double _value;

    public TaskTemperature(RetrievalTaskOptions<T> options)
    {
        _value = options.Temperature ?? 1;
        if (options.LearnTemperature)
        {
            _logarithm = new DenseParameter<T>("retrieval.log_temperature", Tensor<T>.Of(T.CreateChecked(Math.Log(_value))));
            Parameters = [_logarithm];
        }
        else if (options.Temperature is { } temperature)
        {
            _fixed = new TemperatureScaling<T>(temperature);
        }
    }

    /// <summary>Its logarithm where it is learnt.</summary>
    public IReadOnlyList<Parameter<T>> Parameters { get; } = [];

    /// <summary>What is divided by now.</summary>
    public double Value => _logarithm is { } learned
        ? Math.Clamp(Math.Exp(double.CreateChecked(learned.Value.Span[0])), DivideByTemperature<T>.MinimumTemperature, DivideByTemperature<T>.MaximumTemperature)
        : _value;

    /// <summary>Moves a learnt temperature that a step took out of its range to its edge: beyond it, it would have no gradient and stay for ever.</summary>
    public void BringBack()
    {
        if (_logarithm is { } learned)
        {
            learned.Value.Span[0] = DivideByTemperature<T>.Clamp(learned.Value.Span[0]);
        }
    }

    /// <summary>Scores, or vectors whose products with others are scores, divided.</summary>
    public Variable<T> Apply(Variable<T> values) =>
        _logarithm is not null ? values.Tape.Apply(_divide, [values, values.Tape.Parameter(_logarithm)])
        : _fixed is not null ? _fixed.Apply(values)
        : values;
}
