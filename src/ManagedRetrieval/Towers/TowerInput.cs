using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Towers;

/// <summary>The part of a tower that reads one feature: an encoded column becomes a row of numbers for each input.</summary>
/// <remarks>Immutable but for its parameters.</remarks>
public abstract class TowerInput<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private protected TowerInput(string feature)
    {
        ArgumentException.ThrowIfNullOrEmpty(feature);
        Feature = feature;
    }

    /// <summary>The name of the feature.</summary>
    public string Feature { get; }

    /// <summary>The length of a row.</summary>
    public abstract int Width { get; }

    /// <summary>What training changes, in a fixed order.</summary>
    public abstract IReadOnlyList<Parameter<T>> Parameters { get; }

    /// <summary>The feature as it must be: its name, its size and its kind.</summary>
    internal abstract (string Name, int Size, bool IsDense) Expected { get; }

    /// <summary>The rows, [batch, <see cref="Width"/>].</summary>
    internal abstract Variable<T> Apply(Tape<T> tape, EncodedColumn column, TowerPass pass);

    /// <summary>The column as the kind that the input reads.</summary>
    private protected TColumn Read<TColumn>(EncodedColumn column)
        where TColumn : EncodedColumn => column as TColumn
            ?? throw new ArgumentException($"The tower's input '{Feature}' reads {typeof(TColumn).Name}, but the batch's column is {column.GetType().Name}.", nameof(column));
}
