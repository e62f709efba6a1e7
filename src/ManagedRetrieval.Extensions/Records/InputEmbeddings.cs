using ManagedRetrieval.Extensions.Embeddings;
using Microsoft.Extensions.AI;

namespace ManagedRetrieval.Extensions.Records;

/// <summary>Embeds what vector properties hold in place of vectors.</summary>
internal static class InputEmbeddings
{
    /// <summary>Checks that the property's generator takes what the property holds.</summary>
    /// <exception cref="NotSupportedException">It does not, or there is none.</exception>
    public static void Require(VectorProperty property)
    {
        if (Find(property) is null)
        {
            throw new NotSupportedException(
                $"Vector property '{property.Name}' has the type {property.Type.Name}. Supported are {VectorProperty.SupportedTypes}, and what its embedding generator takes: "
                + (property.Generator is null ? "there is none." : $"{property.Generator.GetType().Name} does not take it."));
        }
    }

    /// <summary>Embeds inputs in one batch.</summary>
    /// <param name="property">Its generator passed <see cref="Require"/>.</param>
    /// <param name="inputs">Of the property's type.</param>
    /// <param name="cancellationToken">Handed to the generator.</param>
    /// <exception cref="InvalidOperationException">The generator gave another number of embeddings.</exception>
    public static async Task<IReadOnlyList<Embedding<float>>> GenerateAsync(VectorProperty property, IReadOnlyList<object> inputs, CancellationToken cancellationToken)
    {
        IReadOnlyList<Embedding<float>> embeddings = inputs.Count == 0 ? [] : await Find(property)!(inputs, cancellationToken).ConfigureAwait(false);
        return embeddings.Count == inputs.Count
            ? embeddings
            : throw new InvalidOperationException($"The embedding generator of '{property.Name}' gave {embeddings.Count} embeddings of {inputs.Count} inputs.");
    }

    private static Func<IReadOnlyList<object>, CancellationToken, Task<IReadOnlyList<Embedding<float>>>>? Find(VectorProperty property)
    {
        IEmbeddingGenerator? generator = StoringGenerator(property.Generator);
        return generator switch
        {
            IEmbeddingGenerator<string, Embedding<float>> text when property.Type == typeof(string) => OfType(text),
            IEmbeddingGenerator<DataContent, Embedding<float>> content when property.Type == typeof(DataContent) => OfType(content),
            _ when generator?.GetService(typeof(IInputEmbedder)) is IInputEmbedder embedder && embedder.InputType == (Nullable.GetUnderlyingType(property.Type) ?? property.Type) =>
                (inputs, cancellationToken) => embedder.GenerateAsync(generator, inputs, cancellationToken),
            _ => null,
        };
    }

    /// <summary>What embeds what is stored: the candidate tower, where the property's generator is, or wraps, the query tower of a model.</summary>
    /// <remarks>A wrapper of the candidate tower answers with what it wraps; then it is asked itself.</remarks>
    private static IEmbeddingGenerator? StoringGenerator(IEmbeddingGenerator? generator) =>
        generator?.GetService(typeof(IEmbeddingGenerator), ModelTower.Candidate) is IEmbeddingGenerator candidate && !ReferenceEquals(candidate, generator.GetService(typeof(IInputEmbedder)))
            ? candidate
            : generator;

    private static Func<IReadOnlyList<object>, CancellationToken, Task<IReadOnlyList<Embedding<float>>>> OfType<TInput>(IEmbeddingGenerator<TInput, Embedding<float>> generator) =>
        async (inputs, cancellationToken) => await generator.GenerateAsync(inputs.Cast<TInput>(), cancellationToken: cancellationToken).ConfigureAwait(false);
}
