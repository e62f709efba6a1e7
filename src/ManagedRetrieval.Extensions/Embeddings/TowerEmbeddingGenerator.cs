using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Towers;
using Microsoft.Extensions.AI;

namespace ManagedRetrieval.Extensions.Embeddings;

/// <summary>A tower of a two-tower model as an embedding generator.</summary>
/// <remarks>
/// <para>Made by <see cref="TwoTowerModelExtensions"/>. It runs on the calling thread, and any number of threads may use it at once; the model must not be trained meanwhile.</para>
/// <para>
/// <see cref="EmbeddingGenerationOptions.Dimensions"/> asks for leading dimensions (<see cref="TwoTowerModel.Truncate"/>). <see cref="EmbeddingGenerationOptions.ModelId"/> may
/// only name this model. <see cref="GetService"/> gives <see cref="EmbeddingGeneratorMetadata"/>, the <see cref="TwoTowerModel"/>, and by the keys
/// <see cref="ModelTower"/> the generators of both towers.
/// </para>
/// </remarks>
/// <typeparam name="TInput">What the tower takes.</typeparam>
public sealed class TowerEmbeddingGenerator<TInput> : IEmbeddingGenerator<TInput, Embedding<float>>, IInputEmbedder
{
    private readonly TwoTowerModel _model;
    private readonly ModelTower _tower;
    private readonly Func<IReadOnlyList<TInput>, CancellationToken, Tensor<float>> _embed;
    private readonly Lazy<IEmbeddingGenerator> _other;
    private readonly EmbeddingGeneratorMetadata _metadata;

    internal TowerEmbeddingGenerator(
        TwoTowerModel model, ModelTower tower, string? modelId, Func<IReadOnlyList<TInput>, CancellationToken, Tensor<float>> embed, Func<IEmbeddingGenerator> other)
    {
        (_model, _tower, _embed, _other) = (model, tower, embed, new Lazy<IEmbeddingGenerator>(other));
        _metadata = new EmbeddingGeneratorMetadata(ProviderName, providerUri: null, modelId, model.Dimensions);
    }

    Type IInputEmbedder.InputType => typeof(TInput);

    internal const string ProviderName = "managed_retrieval";

    /// <summary>Embeds inputs.</summary>
    /// <param name="values">Raw inputs of the tower, none of them null.</param>
    /// <param name="options">Null for all dimensions.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="ArgumentException">The options name another model.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The options ask for more dimensions than the model has, or for less than 1.</exception>
    /// <exception cref="ArithmeticException">An embedding is not finite: the model's parameters are too large, or no numbers.</exception>
    /// <exception cref="KeyNotFoundException">An input is an id that the model does not know, and it has no bucket for such.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<TInput> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (options?.ModelId is { } wanted && wanted != _metadata.DefaultModelId)
        {
            throw new ArgumentException($"The model is '{_metadata.DefaultModelId}', but options ask for '{wanted}'.", nameof(options));
        }

        int dimensions = options?.Dimensions ?? _model.Dimensions;
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dimensions, _model.Dimensions, nameof(options));
        return Completed.Run(() => Generate([.. values], dimensions, cancellationToken), cancellationToken);
    }

    async Task<IReadOnlyList<Embedding<float>>> IInputEmbedder.GenerateAsync(IEmbeddingGenerator outer, IReadOnlyList<object> inputs, CancellationToken cancellationToken) =>
        await (outer as IEmbeddingGenerator<TInput, Embedding<float>> ?? this).GenerateAsync(inputs.Cast<TInput>(), cancellationToken: cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        object? service = serviceKey switch
        {
            null when serviceType == typeof(EmbeddingGeneratorMetadata) => _metadata,
            null when serviceType.IsInstanceOfType(_model) => _model,
            null => this,
            ModelTower tower => tower == _tower ? this : _other.Value,
            _ => null,
        };
        return serviceType.IsInstanceOfType(service) ? service : null;
    }

    /// <summary>Does nothing: the model is not owned.</summary>
    public void Dispose()
    {
    }

    private GeneratedEmbeddings<Embedding<float>> Generate(TInput[] values, int dimensions, CancellationToken cancellationToken)
    {
        var generated = new GeneratedEmbeddings<Embedding<float>>(values.Length);
        if (values.Length == 0)
        {
            return generated;
        }

        Tensor<float> rows = _embed(values, cancellationToken);
        if (!TensorPrimitives.IsFiniteAll<float>(rows.Span))
        {
            throw new ArithmeticException("An embedding is not finite: the model's parameters are too large, or no numbers.");
        }

        rows = dimensions < _model.Dimensions ? _model.Truncate(rows, dimensions) : rows;
        DateTimeOffset now = DateTimeOffset.UtcNow;
        for (int row = 0; row < values.Length; row++)
        {
            generated.Add(new Embedding<float>(rows.Memory.Slice(row * dimensions, dimensions)) { ModelId = _metadata.DefaultModelId, CreatedAt = now });
        }

        return generated;
    }
}
