using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Optimizers;

/// <summary>One tensor of numbers that a rule keeps of a parameter from step to step.</summary>
internal readonly struct StateSlot(string name, Shape shape, double initial)
{
    /// <summary>Tells it from the others of the parameter.</summary>
    public string Name { get; } = name;

    /// <summary>Its first axis is the parameter's rows, or it has one row where the parameter is a vector.</summary>
    public Shape Shape { get; } = shape;

    /// <summary>What every element is before the first step.</summary>
    public double Initial { get; } = initial;
}
