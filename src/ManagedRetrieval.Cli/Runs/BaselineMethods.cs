using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Evaluation;
using ManagedRetrieval.Metrics;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>What every model must beat.</summary>
internal static class BaselineMethods
{
    private const string ItemKnn = "item-kNN", MostPopular = "most popular", Random = "random";

    private const int DefaultNeighbours = 100;

    private static readonly int[] NeighbourChoices = [1, 2, 3, 5, 10, 20, 50, 100, 200, 500];

    public static IReadOnlyList<string> Names => [ItemKnn, MostPopular, Random];

    /// <summary>Item-kNN, the most popular, and chance.</summary>
    /// <param name="data">Its training part is what baselines learn from.</param>
    /// <param name="test">What is ranked.</param>
    /// <param name="metric">By which the number of neighbours is chosen on the validation part.</param>
    /// <param name="refit">Whether they learn from the validation part too, once the number is chosen, as a model does that is trained anew.</param>
    /// <param name="team">Shares out the work.</param>
    /// <param name="neighbours">The number that was chosen.</param>
    /// <param name="cancellationToken">Stops in between.</param>
    public static IReadOnlyList<Method> Of(TrainingData data, HeldOutQueries test, RankMetric metric, bool refit, WorkerTeam team, out int neighbours, CancellationToken cancellationToken)
    {
        (double Value, int Neighbours, IRecommender? Recommender) best = (double.NegativeInfinity, 0, null);
        foreach (int choice in data.Validation is null ? [DefaultNeighbours] : NeighbourChoices)
        {
            var recommender = ItemKnnRecommender.Fit(data.Split.Train, choice, team, cancellationToken);
            double value = data.Validation is { } validation ? metric.Of(recommender.Rank(validation.Interactions, team, cancellationToken)) : 0;
            if (value > best.Value)
            {
                best = (value, choice, recommender);
            }
        }

        neighbours = best.Neighbours;
        InteractionLog known = refit ? data.WithValidation().Split.Train : data.Split.Train;
        IRecommender knn = refit ? ItemKnnRecommender.Fit(known, neighbours, team, cancellationToken) : best.Recommender!;
        return
        [
            Method(ItemKnn, knn),
            Method(MostPopular, new PopularityRecommender(known)),
            Method(Random, new RandomRecommender()),
        ];

        Method Method(string name, IRecommender recommender) =>
            new(name, IsBaseline: true, [recommender.Rank(test.Interactions, team, cancellationToken)], TiePolicy.Expected);
    }
}
