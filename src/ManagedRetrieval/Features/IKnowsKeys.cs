namespace ManagedRetrieval.Features;

/// <summary>A feature that tells inputs it was made for from others, so that a list can leave the others out.</summary>
internal interface IKnowsKeys<in TInput>
{
    /// <summary>Whether the input has an id of its own.</summary>
    bool Knows(TInput input);
}
