using ManagedRetrieval.Optimizers;

namespace ManagedRetrieval.Cli.Models;

/// <summary>Parameters that are trained in another way than the rest.</summary>
internal sealed record GroupDescription
{
    /// <summary>How the names of the parameters begin, such as "query.user"; <c>inspect</c> lists them.</summary>
    public required string Parameters { get; init; }

    /// <summary>Multiplies the learning rate.</summary>
    public double RateFactor { get; set; } = 1;

    /// <summary>In place of the optimizer's; null for that.</summary>
    public double? WeightDecay { get; set; }

    public bool Frozen { get; set; }

    /// <summary>Refuses what no group can have.</summary>
    public void Check(DescriptionCheck check)
    {
        check.Require(!string.IsNullOrEmpty(Parameters), "parameters", Parameters, "the beginning of parameters' names");
        check.NotNegative("rate_factor", RateFactor);
        check.NotNegative("weight_decay", WeightDecay ?? 0);
    }

    public ParameterGroup<float> Create() => new(parameter => parameter.Name.StartsWith(Parameters, StringComparison.Ordinal))
    {
        RateFactor = RateFactor,
        WeightDecay = WeightDecay,
        Frozen = Frozen,
    };
}
