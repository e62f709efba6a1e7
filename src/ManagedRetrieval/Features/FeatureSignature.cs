namespace ManagedRetrieval.Features;

/// <summary>What a tower must know of the features that it reads: their names, kinds and sizes, in order.</summary>
/// <param name="Features">For each its name, its size (embedding rows of a sparse one, numbers of a dense one), and which of both it is.</param>
internal readonly record struct FeatureSignature(IReadOnlyList<(string Name, int Size, bool IsDense)> Features)
{
    public bool Equals(FeatureSignature other) => Features.SequenceEqual(other.Features);

    public override int GetHashCode() => Features.Count;

    public override string ToString() => string.Join(", ", Features.Select(feature =>
        FormattableString.Invariant($"'{feature.Name}' of {feature.Size} {(feature.IsDense ? "numbers" : "rows")}")));
}
