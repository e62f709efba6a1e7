using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;

namespace ManagedRetrieval.Towers;

/// <summary>A part of a tower that maps each row of one width to a row of another.</summary>
/// <remarks>Immutable but for its parameters.</remarks>
public abstract class Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // A model that is saved must be one that can be read again, so layers are the library's own.
    private protected Layer()
    {
    }

    /// <summary>The length of a row of x.</summary>
    public abstract int Inputs { get; }

    /// <summary>The length of a row of y.</summary>
    public abstract int Outputs { get; }

    /// <summary>What training changes, in a fixed order.</summary>
    public abstract IReadOnlyList<Parameter<T>> Parameters { get; }

    /// <summary>y [m, <see cref="Outputs"/>] for x [m, <see cref="Inputs"/>].</summary>
    /// <param name="x">The rows.</param>
    /// <param name="pass">Training or evaluation.</param>
    public abstract Variable<T> Apply(Variable<T> x, TowerPass pass = default);
}
