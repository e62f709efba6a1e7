using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Optimizers;

/// <summary>One tensor of numbers that a rule keeps of a parameter from step to step.</summary>
/// <param name="Name">Tells it from the others of the parameter.</param>
/// <param name="Shape">Its first axis is the parameter's rows, or it has one row where the parameter is a vector.</param>
/// <param name="Initial">What every element is before the first step.</param>
internal readonly record struct StateSlot(string Name, Shape Shape, double Initial);
