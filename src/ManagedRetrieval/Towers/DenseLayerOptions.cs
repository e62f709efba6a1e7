namespace ManagedRetrieval.Towers;

/// <summary>What a new <see cref="DenseLayer{T}"/> looks like.</summary>
public sealed record DenseLayerOptions
{
    /// <summary>What is done to each element.</summary>
    public Activation Activation { get; init; } = Activation.Relu;

    /// <summary>Whether rows are brought to mean 0 and variance 1 before the activation.</summary>
    public bool LayerNorm { get; init; }

    /// <summary>The share of elements that a step of training drops, from 0 to less than 1.</summary>
    public double DropoutRate { get; init; }

    /// <summary>Whether the layer's input is added to its output, where both have one width; a layer of two widths leaves it out.</summary>
    public bool Residual { get; init; }
}
