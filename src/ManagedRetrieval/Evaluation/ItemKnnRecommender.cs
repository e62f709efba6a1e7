using ManagedRetrieval.Checks;
using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Evaluation;

/// <summary>Item-based nearest neighbours: items whose users are those of the items that a user knows.</summary>
/// <remarks>
/// <para>
/// Formula: sim(i, j) = |U_i ∩ U_j| / √(|U_i|·|U_j|), the cosine of the binary vectors of users (Deshpande and Karypis,
/// Item-based top-N recommendation algorithms, ACM TOIS 22(1), 2004). N_k(i) holds the k other items most similar to i,
/// of equals those with the lowest numbers; items without a common user are in none. score(u, i) = Σ sim(i, j) over
/// the j of u's history that are in N_k(i) (the weighted sum of Sarwar et al., WWW 2001, for ratings of 1 and without its
/// denominator).
/// </para>
/// <para>
/// Repeated pairs count once, weights are not looked at. A similarity is rounded to float after all steps, each of which is exact
/// or correctly rounded, so that equal cosines are equal numbers. Sums of them are made in double.
/// </para>
/// </remarks>
public sealed class ItemKnnRecommender : ScoringRecommender
{
    private readonly RaggedIds _histories;

    // For each item j, from _starts[j] on, the items that have j among their neighbours, ascending, and how similar they are.
    private readonly int[] _starts;
    private readonly int[] _items;
    private readonly float[] _similarities;

    private ItemKnnRecommender(InteractionLog train, RaggedIds histories, ulong[][] neighbours)
        : base("item-knn", train)
    {
        _histories = histories;
        _starts = new int[ItemCount + 1];
        foreach (ulong[] list in neighbours)
        {
            foreach (ulong neighbour in list)
            {
                _starts[NeighbourSearch.ItemOf(neighbour) + 1]++;
            }
        }

        for (int item = 0; item < ItemCount; item++)
        {
            _starts[item + 1] += _starts[item];
        }

        _items = new int[_starts[ItemCount]];
        _similarities = new float[_items.Length];
        int[] next = _starts[..^1];
        for (int item = 0; item < ItemCount; item++)
        {
            foreach (ulong neighbour in neighbours[item])
            {
                int place = next[NeighbourSearch.ItemOf(neighbour)]++;
                (_items[place], _similarities[place]) = (item, NeighbourSearch.SimilarityOf(neighbour));
            }
        }
    }

    /// <summary>Finds every item's neighbours.</summary>
    /// <remarks>
    /// Cost: Σ over users of the square of the number of their items. Memory: 8 bytes for each of up to items ·
    /// <paramref name="neighbours"/> similarities, twice while they are turned round, and one row of counts for each worker.
    /// </remarks>
    /// <param name="train">The interactions to learn from; the items of a user in it are the user's history.</param>
    /// <param name="neighbours">How many neighbours an item keeps (k); at least 1.</param>
    /// <param name="workers">Shares out the items; null runs on the calling thread. The result does not depend on it.</param>
    /// <param name="cancellationToken">Stops between items.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="neighbours"/> is below 1, or so large that the similarities do not fit into an array.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static ItemKnnRecommender Fit(InteractionLog train, int neighbours = 100, WorkerTeam? workers = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        if (neighbours < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(neighbours), neighbours, FormattableString.Invariant($"neighbours is {neighbours}; expected at least 1."));
        }

        RaggedIds histories = ItemLists.ByUser([train], train.Users.Count);
        ulong[][] found = NeighbourSearch.Of(histories, train.Items.Count, neighbours, workers ?? WorkerTeam.Inline, cancellationToken);
        long total = 0;
        foreach (ulong[] list in found)
        {
            total += list.Length;
        }

        return total <= Array.MaxLength
            ? new ItemKnnRecommender(train, histories, found)
            : throw new ArgumentOutOfRangeException(
                nameof(neighbours), neighbours, FormattableString.Invariant($"{total} similarities are more than one array can hold; ask for fewer neighbours than {neighbours}."));
    }

    /// <inheritdoc/>
    public override void Score(int user, Span<double> scores)
    {
        CheckScores(user, scores);
        Add(_histories[user], scores);
    }

    /// <summary>Scores every item for somebody with a given history, who need be no user of the log.</summary>
    /// <param name="history">Items; one that is named twice counts twice.</param>
    /// <param name="scores">One for each item: all of it is overwritten. Items of the history are scored like others.</param>
    /// <exception cref="ArgumentException">An item is not there, or the scores are not one for each item.</exception>
    public void Score(ReadOnlySpan<int> history, Span<double> scores)
    {
        Argument.OneForEach(nameof(scores), scores.Length, ItemCount, "items");

        for (int i = 0; i < history.Length; i++)
        {
            if ((uint)history[i] >= (uint)ItemCount)
            {
                throw new ArgumentException($"history must name items, 0 to {ItemCount - 1}, but number {i} is {history[i]}.", nameof(history));
            }
        }

        Add(history, scores);
    }

    private void Add(ReadOnlySpan<int> history, Span<double> scores)
    {
        scores.Clear();
        foreach (int known in history)
        {
            for (int place = _starts[known]; place < _starts[known + 1]; place++)
            {
                scores[_items[place]] += _similarities[place];
            }
        }
    }
}
