using System.Globalization;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Cli.Reports;

/// <summary>The items of the corpus, for their map.</summary>
internal sealed record ItemEmbeddings
{
    /// <param name="embeddings">[N, d].</param>
    /// <param name="labels">N names.</param>
    /// <param name="popularity">N numbers: the most popular are shown.</param>
    /// <param name="groups">N names of groups, which give the colours; null where there are none.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public ItemEmbeddings(Tensor<float> embeddings, IReadOnlyList<string> labels, IReadOnlyList<long> popularity, IReadOnlyList<string>? groups = null)
    {
        if (embeddings.IsDefault || embeddings.Shape.Rank != 2)
        {
            throw new ArgumentException($"embeddings are {(embeddings.IsDefault ? "without shape" : embeddings.ToString())}; expected a matrix with a row for each item.", nameof(embeddings));
        }

        Check(labels.Count, nameof(labels));
        Check(popularity.Count, nameof(popularity));
        Check(groups?.Count ?? embeddings.Shape.Rows, nameof(groups));
        (Embeddings, Labels, Popularity, Groups) = (embeddings, labels, popularity, groups);

        void Check(int count, string name)
        {
            if (count != embeddings.Shape.Rows)
            {
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture, $"{name} has {count} entries; expected {embeddings.Shape.Rows}, one for each row of the embeddings."), name);
            }
        }
    }

    public Tensor<float> Embeddings { get; }

    public IReadOnlyList<string> Labels { get; }

    public IReadOnlyList<long> Popularity { get; }

    public IReadOnlyList<string>? Groups { get; }

    /// <summary>What a group is, such as "genre".</summary>
    public string GroupName { get; init; } = "group";

    /// <summary>What popularity counts.</summary>
    public string PopularityName { get; init; } = "interactions";
}
