using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Metrics;

namespace ManagedRetrieval.Evaluation;

/// <summary>Scores by dot product: embeddings of all users and all items, as a two-tower model gives them.</summary>
/// <remarks>The embeddings are shared, not copied.</remarks>
public sealed class EmbeddingRecommender : IRecommender
{
    private readonly Tensor<float> _users;
    private readonly Tensor<float> _items;

    /// <summary>A recommender from embeddings.</summary>
    /// <param name="name">What it is called in reports.</param>
    /// <param name="userEmbeddings">[users, d] or [users, heads, d]: a row for each user number.</param>
    /// <param name="itemEmbeddings">[items, d]: a row for each item number.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or there are no items.</exception>
    public EmbeddingRecommender(string name, Tensor<float> userEmbeddings, Tensor<float> itemEmbeddings)
    {
        ArgumentNullException.ThrowIfNull(name);
        RankArguments.CheckCorpus(itemEmbeddings.Shape, nameof(itemEmbeddings));
        RankArguments.CheckQueries(userEmbeddings.Shape, itemEmbeddings.Shape, nameof(userEmbeddings));
        (Name, _users, _items) = (name, userEmbeddings, itemEmbeddings);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    /// <remarks>By <see cref="FactorizedTopK"/>, over all queries at once.</remarks>
    public QueryRanks Rank(HeldOutInteractions heldOut, WorkerTeam? workers = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(heldOut);
        if (heldOut.UserCount != _users.Shape.Rows || heldOut.ItemCount != _items.Shape.Rows)
        {
            throw new ArgumentException(
                $"heldOut has {heldOut.UserCount} users and {heldOut.ItemCount} items, but {Name} has embeddings of shape {_users.Shape} and {_items.Shape}.", nameof(heldOut));
        }

        var queries = new Tensor<float>(_users.Shape.WithRows(heldOut.Count));
        for (int query = 0; query < heldOut.Count; query++)
        {
            _users.Row(heldOut.Users[query]).CopyTo(queries.Row(query));
        }

        return FactorizedTopK.Rank(queries, _items, heldOut.Positives, heldOut.ExcludedLists(), workers, cancellationToken);
    }
}
