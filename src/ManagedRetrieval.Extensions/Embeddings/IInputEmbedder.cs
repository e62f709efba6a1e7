using Microsoft.Extensions.AI;

namespace ManagedRetrieval.Extensions.Embeddings;

/// <summary>A generator for those who know the type of their inputs at run time only, and may generate no code.</summary>
internal interface IInputEmbedder
{
    /// <summary>What it takes.</summary>
    Type InputType { get; }

    /// <summary>Embeds inputs.</summary>
    /// <param name="inputs">Each of <see cref="InputType"/>.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    Task<IReadOnlyList<Embedding<float>>> GenerateAsync(IReadOnlyList<object> inputs, CancellationToken cancellationToken);
}
