namespace ManagedRetrieval.Cli.Reports;

/// <summary>The state of health of a model after an epoch; what was not measured is null.</summary>
internal sealed record DoctorFigures
{
    /// <summary>How many directions the embeddings use.</summary>
    public double? EffectiveRank { get; init; }

    public double? NormSpread { get; init; }

    public double? TieRate { get; init; }

    public double? Coverage { get; init; }

    public double? MaskedShare { get; init; }
}
