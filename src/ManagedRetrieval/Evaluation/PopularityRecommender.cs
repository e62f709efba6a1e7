using ManagedRetrieval.Data;

namespace ManagedRetrieval.Evaluation;

/// <summary>The same order for everybody: by how often an item occurs in the interactions that are learnt from.</summary>
public sealed class PopularityRecommender : ScoringRecommender
{
    private readonly double[] _counts;

    /// <summary>Counts.</summary>
    /// <param name="train">The interactions to learn from.</param>
    /// <param name="distinctUsers">Counts the users of an item, rather than its interactions.</param>
    public PopularityRecommender(InteractionLog train, bool distinctUsers = false)
        : base("popularity", train)
    {
        _counts = new double[ItemCount];
        ReadOnlySpan<int> items = distinctUsers ? ItemLists.ByUser([train], UserCount).Ids.Span : train.ItemColumn;
        foreach (int item in items)
        {
            _counts[item]++;
        }
    }

    /// <inheritdoc/>
    public override void Score(int user, Span<double> scores)
    {
        CheckScores(user, scores);
        _counts.CopyTo(scores);
    }
}
