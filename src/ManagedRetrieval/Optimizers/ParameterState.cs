using System.Numerics;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Optimizers;

/// <summary>What an optimizer knows of one parameter, and keeps of it from step to step.</summary>
internal sealed class ParameterState<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <param name="shape">The parameter's.</param>
    /// <param name="slots">What the rule keeps; nothing is kept of a frozen parameter.</param>
    /// <param name="group">The parameter's; null where none takes it.</param>
    public ParameterState(Shape shape, IReadOnlyList<StateSlot> slots, ParameterGroup<T>? group)
    {
        // A vector is one row, so that a rule sees a bias whole.
        (Rows, Width) = shape.Rank == 1 ? (1, shape.Length) : (shape.Rows, shape.RowLength);
        (Slots, Group) = (group is { Frozen: true } ? [] : slots, group);
        Tensors = new Tensor<T>[Slots.Count];
        for (int i = 0; i < Tensors.Length; i++)
        {
            Tensors[i] = new Tensor<T>(Slots[i].Shape);
            if (Slots[i].Initial != 0)
            {
                // New memory is 0, and may not be there yet as long as nobody writes to it.
                Tensors[i].Span.Fill(T.CreateChecked(Slots[i].Initial));
            }
        }
    }

    public int Rows { get; }

    /// <summary>Elements of a row.</summary>
    public int Width { get; }

    public ParameterGroup<T>? Group { get; }

    public IReadOnlyList<StateSlot> Slots { get; }

    /// <summary>One for each slot.</summary>
    public Tensor<T>[] Tensors { get; }

    /// <summary>The steps that moved the parameter.</summary>
    public int Steps { get; set; }

    /// <summary>The first tensor's numbers; empty where there is none.</summary>
    public Span<T> First => Tensors.Length > 0 ? Tensors[0].Span : [];

    /// <summary>The second tensor's numbers; empty where there is none.</summary>
    public Span<T> Second => Tensors.Length > 1 ? Tensors[1].Span : [];
}
