using ManagedRetrieval.Features;

namespace ManagedRetrieval.Towers;

/// <summary>Builds a new model whose towers read several features of the caller's own records.</summary>
/// <remarks>
/// Where values stand in a record is said by delegates, so nothing is looked up by name at run time and the code can be
/// trimmed. A saved model holds features and parameters; <see cref="FeatureBindings{TInput}"/> give a loaded one its delegates again.
/// </remarks>
/// <typeparam name="TQuery">A raw query.</typeparam>
/// <typeparam name="TCandidate">A raw candidate.</typeparam>
public sealed class TwoTowerBuilder<TQuery, TCandidate>
{
    /// <summary>The query tower.</summary>
    public TowerBuilder<TQuery> Query { get; } = new("query");

    /// <summary>The candidate tower.</summary>
    public TowerBuilder<TCandidate> Candidate { get; } = new("candidate");

    /// <summary>The number of dimensions of both towers' outputs, and of embeddings that say nothing else; at least 1.</summary>
    public int Dimensions { get; init; } = 64;

    /// <summary>Whether outputs are scaled to Euclidean length 1, so that a score is a cosine.</summary>
    public bool Normalize { get; init; } = true;

    /// <summary>New embeddings are uniform in ± this; positive and finite. Keras's default is 0.05.</summary>
    public double EmbeddingScale { get; init; } = 0.05;

    /// <summary>Decides all initial values, each together with the name of its parameter.</summary>
    public ulong Seed { get; init; }

    /// <summary>
    /// Numbers of leading dimensions that are to serve on their own, less than <see cref="Dimensions"/>; none by default.
    /// See <see cref="TwoTowerModel.MatryoshkaDimensions"/>.
    /// </summary>
    public IReadOnlyList<int> MatryoshkaDimensions { get; init; } = [];

    /// <summary>Makes the model. Each call makes a new one, with parameters of its own.</summary>
    /// <exception cref="InvalidOperationException">A tower has no feature, or features share a table that they do not fit.</exception>
    /// <exception cref="ArgumentException">Inputs that are added differ in width, or an option is outside its range.</exception>
    public TwoTowerModel<TQuery, TCandidate> Build()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Dimensions, 1);
        if (!((float)EmbeddingScale > 0 && float.IsFinite((float)EmbeddingScale)))
        {
            throw new ArgumentOutOfRangeException(nameof(EmbeddingScale), EmbeddingScale, "EmbeddingScale must be positive and finite as float.");
        }

        var parts = new ModelParts(Dimensions, EmbeddingScale, Seed);
        (FeatureSet<TQuery> queryFeatures, Tower<float> queryTower) = Query.Build(parts, Normalize);
        (FeatureSet<TCandidate> candidateFeatures, Tower<float> candidateTower) = Candidate.Build(parts, Normalize);
        return new(queryFeatures, queryTower, candidateFeatures, candidateTower, MatryoshkaDimensions);
    }
}
