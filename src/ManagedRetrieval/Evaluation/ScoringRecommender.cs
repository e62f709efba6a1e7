using ManagedRetrieval.Checks;
using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Metrics;

namespace ManagedRetrieval.Evaluation;

/// <summary>A recommender that gives every item a score; ranks follow from them.</summary>
/// <remarks>
/// Ties are counted, not broken. A competitor whose score is NaN is ignored; a positive whose score is NaN ranks last. A
/// user's scores are made once for all queries of the user that follow one another in a block of work.
/// </remarks>
public abstract class ScoringRecommender : IRecommender
{
    /// <summary>A recommender for the users and items of a log.</summary>
    /// <param name="name">What it is called in reports.</param>
    /// <param name="train">The log that it learns from; its keys name users and items.</param>
    protected ScoringRecommender(string name, InteractionLog train)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(train);
        (Name, UserCount, ItemCount) = (name, train.Users.Count, train.Items.Count);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>The number of users.</summary>
    public int UserCount { get; }

    /// <summary>The number of items.</summary>
    public int ItemCount { get; }

    /// <summary>Scores every item for a user; several threads may call at once.</summary>
    /// <param name="user">A user's number.</param>
    /// <param name="scores">[<see cref="ItemCount"/>]: all of it is overwritten; the greater, the better.</param>
    /// <exception cref="ArgumentException">There is no such user, or the scores are not one for each item.</exception>
    public abstract void Score(int user, Span<double> scores);

    /// <inheritdoc/>
    /// <remarks>Cost of a query: its user's scores, and a comparison for each pair of a positive and an item.</remarks>
    public QueryRanks Rank(HeldOutInteractions heldOut, WorkerTeam? workers = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(heldOut);
        if (heldOut.UserCount != UserCount || heldOut.ItemCount != ItemCount)
        {
            throw new ArgumentException(
                $"heldOut has {heldOut.UserCount} users and {heldOut.ItemCount} items, but {Name} was made for {UserCount} users and {ItemCount} items.", nameof(heldOut));
        }

        return ScoreRanks.Of(this, heldOut, workers ?? WorkerTeam.Inline, cancellationToken);
    }

    /// <summary>For implementations of <see cref="Score"/>: refuses a user that is not there, and scores that are not one for each item.</summary>
    /// <exception cref="ArgumentException">They do not fit.</exception>
    protected void CheckScores(int user, ReadOnlySpan<double> scores)
    {
        if ((uint)user >= (uint)UserCount)
        {
            throw new ArgumentOutOfRangeException(
                nameof(user), user, FormattableString.Invariant($"user is {user}; expected one of the {UserCount} users, from 0."));
        }

        Argument.OneForEach(nameof(scores), scores.Length, ItemCount, "items");
    }
}
