using ManagedRetrieval.Data;
using ManagedRetrieval.Features;
using ManagedRetrieval.Readers;

namespace ManagedRetrieval.Benchmarks.TorchSharp.Tfrs;

/// <summary>MovieLens: every rating is a positive pair of a user and a film, whatever its stars; every film is a candidate.</summary>
/// <remarks>The title is a film's id, as in the tutorial: the few films that share a title share an embedding.</remarks>
internal sealed class MovieRatings
{
    private readonly InteractionLog _log;
    private readonly int[] _movies;

    private MovieRatings(InteractionLog log, int[] movies, string[] titles)
    {
        (_log, _movies, Titles) = (log, movies, titles);
        Users = new Vocabulary<string>([.. log.Users.Texts.Order(StringComparer.Ordinal)], outOfVocabularyBuckets: 1);
        DistinctTitles = new Vocabulary<string>([.. titles.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)], outOfVocabularyBuckets: 1);
    }

    /// <summary>The number of ratings.</summary>
    public int Count => _log.Count;

    /// <summary>The candidates: the title of each film.</summary>
    public string[] Titles { get; }

    /// <summary>The users' ids, and a bucket for unknown ones.</summary>
    public Vocabulary<string> Users { get; }

    /// <summary>The titles, each once, and a bucket for unknown ones.</summary>
    public Vocabulary<string> DistinctTitles { get; }

    /// <summary>Reads ratings.csv and movies.csv.</summary>
    /// <exception cref="InvalidDataException">A film that was rated is not among the films, or one has no title.</exception>
    public static async Task<MovieRatings> ReadAsync(string folder)
    {
        const string MovieId = "movieId", Title = "title";
        (InteractionLog log, _) = await InteractionLog.ReadAsync(
            new FileRowSource(Path.Combine(folder, "ratings.csv")), new InteractionColumns { User = "userId", Item = MovieId });
        (ItemTable films, _) = await ItemTable.ReadAsync(
            new FileRowSource(Path.Combine(folder, "movies.csv")), MovieId, KeyKind.Text, [ItemAttribute.Text(Title)]);
        ItemJoin join = films.Join(log.Items);
        return join.ItemsWithoutAttributes == 0
            ? new MovieRatings(log, join.Rows.ToArray(), [.. films.Texts(Title).Select(title => title ?? throw new InvalidDataException("A film has no title."))])
            : throw new InvalidDataException($"{join.ItemsWithoutAttributes} of the rated films are not in movies.csv, among them {join.FirstItemsWithoutAttributes[0]}.");
    }

    /// <summary>Cuts the ratings at random.</summary>
    public (RatedPairs Train, RatedPairs Test) Split(ulong seed)
    {
        InteractionSplit split = InteractionSplit.Random(_log, validationShare: 0, Tutorial.TestShare, seed);
        return (Pairs(split.Train), Pairs(split.Test));
    }

    private RatedPairs Pairs(InteractionLog part) => new(
        [.. part.UserColumn.ToArray().Select(user => part.Users.Texts[user])], [.. part.ItemColumn.ToArray().Select(item => _movies[item])]);
}
