using System.Text.Json.Serialization;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Cli.Models;

/// <summary>A layer of a tower.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(DenseLayerDescription), "dense")]
[JsonDerivedType(typeof(LinearLayerDescription), "linear")]
[JsonDerivedType(typeof(CrossLayerDescription), "cross")]
internal abstract record LayerDescription
{
    /// <summary>Refuses what no layer can be.</summary>
    public abstract void Check(DescriptionCheck check);

    public abstract void AddTo(TowerBuilder<Entity> tower);
}

/// <summary>A layer of a multi-layer perceptron.</summary>
internal sealed record DenseLayerDescription : LayerDescription
{
    public required int Units { get; init; }

    public Activation Activation { get; set; } = Activation.Relu;

    public bool LayerNorm { get; set; }

    public double Dropout { get; set; }

    public bool Residual { get; set; }

    public override void Check(DescriptionCheck check)
    {
        check.AtLeast(1, "units", Units);
        check.BelowOne("dropout", Dropout);
    }

    public override void AddTo(TowerBuilder<Entity> tower) => tower.Dense(
        Units, new DenseLayerOptions { Activation = Activation, LayerNorm = LayerNorm, DropoutRate = Dropout, Residual = Residual });
}

/// <summary>A linear layer; without units, to the model's dimensions.</summary>
internal sealed record LinearLayerDescription : LayerDescription
{
    public int? Units { get; set; }

    public override void Check(DescriptionCheck check) => check.AtLeast(1, "units", Units);

    public override void AddTo(TowerBuilder<Entity> tower) => tower.Linear(Units);
}

/// <summary>A cross network (DCN-v2).</summary>
internal sealed record CrossLayerDescription : LayerDescription
{
    public int Layers { get; set; } = 2;

    public int? Rank { get; set; }

    public override void Check(DescriptionCheck check)
    {
        check.AtLeast(1, "layers", Layers);
        check.AtLeast(1, "rank", Rank);
    }

    public override void AddTo(TowerBuilder<Entity> tower) => tower.Cross(Layers, Rank);
}
