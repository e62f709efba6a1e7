using ManagedRetrieval.Cli.Models;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Evaluation;
using ManagedRetrieval.Metrics;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>What was held out, with the queries as a model reads them.</summary>
/// <param name="Interactions">Positives and exclusions.</param>
/// <param name="Queries">One for each.</param>
internal sealed record HeldOutQueries(HeldOutInteractions Interactions, IReadOnlyList<Entity> Queries)
{
    /// <summary>Ranks the positives in a corpus whose first rows are the log's items.</summary>
    public QueryRanks Rank(Tensor<float> queries, Tensor<float> corpus, WorkerTeam team, CancellationToken cancellationToken) =>
        FactorizedTopK.Rank(queries, corpus, Interactions.Positives, Interactions.ExcludedLists(), team, cancellationToken);
}
