using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Towers;

/// <summary>A query tower and a candidate tower whose outputs are compared by dot product.</summary>
public abstract class TwoTowerModel
{
    /// <summary>Inputs embedded at a time: some 100 thousand ids, which keeps the step's memory at a few megabytes.</summary>
    private const int EmbeddingBatch = 1024;

    private protected TwoTowerModel(Tower<float> queryTower, Tower<float> candidateTower)
    {
        ArgumentNullException.ThrowIfNull(queryTower);
        ArgumentNullException.ThrowIfNull(candidateTower);
        if (queryTower.Dimensions != candidateTower.Dimensions)
        {
            throw new ArgumentException(
                $"The towers must agree in dimensions, but the query tower has {queryTower.Dimensions} and the candidate tower {candidateTower.Dimensions}.",
                nameof(candidateTower));
        }

        (QueryTower, CandidateTower) = (queryTower, candidateTower);
        Parameters = [.. queryTower.Parameters.Concat(candidateTower.Parameters).Distinct()];
        if (Parameters.Select(parameter => parameter.Name).Distinct(StringComparer.Ordinal).Count() != Parameters.Count)
        {
            throw new ArgumentException("Different parameters of the towers bear the same name.", nameof(candidateTower));
        }
    }

    /// <summary>Embeds queries.</summary>
    public Tower<float> QueryTower { get; }

    /// <summary>Embeds candidates.</summary>
    public Tower<float> CandidateTower { get; }

    /// <summary>What training changes, each parameter once even where the towers share it.</summary>
    public IReadOnlyList<Parameter<float>> Parameters { get; }

    /// <summary>The number of dimensions of both towers' outputs.</summary>
    public int Dimensions => QueryTower.Dimensions;

    private protected static Tensor<float> Embed<TInput>(
        FeatureSet<TInput> features, Tower<float> tower, IReadOnlyList<TInput> inputs, string argument, WorkerTeam? workers, CancellationToken cancellationToken)
    {
        var embeddings = new Tensor<float>(new Shape(inputs.Count, tower.Dimensions));
        var tape = new Tape<float>(workers);
        EncodedBatch batch = features.NewBatch();
        for (int start = 0; start < inputs.Count; start += EmbeddingBatch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = Math.Min(EmbeddingBatch, inputs.Count - start);
            batch.Clear();
            features.Encode(inputs, start, count, batch, argument, cancellationToken);
            tower.Apply(tape, batch).Value.Span.CopyTo(embeddings.Rows(start, count).Span);
            tape.Reset();
        }

        return embeddings;
    }

    private protected static void CheckFeatures(FeatureSignature features, Tower<float> tower, string argument)
    {
        if (!features.Equals(tower.Signature))
        {
            throw new ArgumentException($"{argument} has {features}, but its tower reads {tower.Signature}.", argument);
        }
    }
}
