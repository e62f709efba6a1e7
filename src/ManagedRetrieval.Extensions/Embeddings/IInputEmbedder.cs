using Microsoft.Extensions.AI;

namespace ManagedRetrieval.Extensions.Embeddings;

/// <summary>A generator for those who know the type of their inputs at run time only, and may generate no code.</summary>
internal interface IInputEmbedder
{
    /// <summary>What it takes.</summary>
    Type InputType { get; }

    /// <summary>Embeds inputs.</summary>
    /// <param name="outer">What wraps this generator, and so is to be asked in its place; or the generator itself.</param>
    /// <param name="inputs">Each of <see cref="InputType"/>.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    Task<IReadOnlyList<Embedding<float>>> GenerateAsync(IEmbeddingGenerator outer, IReadOnlyList<object> inputs, CancellationToken cancellationToken);
}
