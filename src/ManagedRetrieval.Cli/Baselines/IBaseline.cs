using ManagedRetrieval.Metrics;

namespace ManagedRetrieval.Cli.Baselines;

/// <summary>A way to order the corpus that needs no training; what a trained model has to beat.</summary>
internal interface IBaseline
{
    /// <summary>The name to show.</summary>
    string Name { get; }

    /// <summary>Ranks the whole corpus for a query.</summary>
    /// <param name="query">The sentence that is searched for.</param>
    /// <param name="positive">The row of the right answer.</param>
    /// <returns>How many other candidates score above the right answer, and how many exactly as it does.</returns>
    RankCounts Rank(string query, int positive);
}
