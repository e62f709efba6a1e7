using ManagedRetrieval.Checks;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Towers;

/// <summary>A query tower and a candidate tower whose outputs are compared by dot product.</summary>
public abstract class TwoTowerModel
{
    /// <summary>Inputs embedded at a time: some 100 thousand ids, which keeps the step's memory at a few megabytes.</summary>
    private const int EmbeddingBatch = 1024;

    private protected TwoTowerModel(Tower<float> queryTower, Tower<float> candidateTower, IReadOnlyList<int> matryoshkaDimensions)
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
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (Parameters.FirstOrDefault(parameter => !names.Add(parameter.Name)) is { } second)
        {
            throw new ArgumentException($"Different parameters of the towers bear the same name, '{second.Name}'.", nameof(candidateTower));
        }

        MatryoshkaDimensions = [.. matryoshkaDimensions.Order()];
        for (int i = 0; i < MatryoshkaDimensions.Count; i++)
        {
            int dimensions = MatryoshkaDimensions[i];
            if (dimensions < 1 || dimensions >= Dimensions || (i > 0 && dimensions == MatryoshkaDimensions[i - 1]))
            {
                throw new ArgumentException(
                    $"matryoshkaDimensions must be different numbers from 1 to {Dimensions - 1}, but one is {dimensions}{(dimensions >= 1 && dimensions < Dimensions ? " twice" : "")}.",
                    nameof(matryoshkaDimensions));
            }
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

    /// <summary>
    /// Numbers of leading dimensions that serve on their own, ascending: training adds the loss of each to that of all
    /// (matryoshka representation learning, Kusupati et al., NeurIPS 2022), so that <see cref="Truncate"/> loses little.
    /// </summary>
    public IReadOnlyList<int> MatryoshkaDimensions { get; }

    /// <summary>The leading dimensions of embeddings, scaled to length 1 anew where the query tower's outputs are.</summary>
    /// <param name="embeddings">[m, <see cref="Dimensions"/>], of queries or candidates.</param>
    /// <param name="dimensions">How many are kept, from 1 to all; best those of <see cref="MatryoshkaDimensions"/>.</param>
    /// <returns>[m, <paramref name="dimensions"/>].</returns>
    /// <exception cref="ArgumentException">The embeddings have another shape.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer dimensions than that, or it is less than 1.</exception>
    public Tensor<float> Truncate(Tensor<float> embeddings, int dimensions)
    {
        if (embeddings.Shape.Rank != 2 || embeddings.Shape[1] != Dimensions)
        {
            throw Argument.OtherShape(nameof(embeddings), $"[m, {Dimensions}]", embeddings.Shape);
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dimensions, Dimensions);
        var tape = new Tape<float>();
        Variable<float> columns = tape.Constant(embeddings).TakeColumns(0, dimensions);
        var truncated = new Tensor<float>(columns.Shape);
        (QueryTower.Normalize ? columns.NormalizeRows() : columns).Value.Span.CopyTo(truncated.Span);
        return truncated;
    }

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
