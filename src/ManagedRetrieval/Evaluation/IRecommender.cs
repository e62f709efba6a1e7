using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Metrics;

namespace ManagedRetrieval.Evaluation;

/// <summary>Whatever orders all items for a user: a trained model, or a baseline that it has to beat.</summary>
/// <remarks>Derive from <see cref="ScoringRecommender"/> where each item has a score.</remarks>
public interface IRecommender
{
    /// <summary>What it is called in reports, such as <c>popularity</c>.</summary>
    string Name { get; }

    /// <summary>The exact ranks of what was held out.</summary>
    /// <param name="heldOut">The queries.</param>
    /// <param name="workers">Shares out the work; null runs on the calling thread. The result does not depend on it.</param>
    /// <param name="cancellationToken">Stops between queries, or blocks of them.</param>
    /// <returns>One entry for each query, in their order.</returns>
    /// <exception cref="ArgumentException">The log has other numbers of users or items than this was made for.</exception>
    QueryRanks Rank(HeldOutInteractions heldOut, WorkerTeam? workers = null, CancellationToken cancellationToken = default);
}
