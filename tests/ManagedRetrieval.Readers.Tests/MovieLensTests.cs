using ManagedRetrieval.Data;

namespace ManagedRetrieval.Readers.Tests;

public class MovieLensTests
{
    private static readonly InteractionColumns Columns = new()
    {
        User = "userId",
        Item = "movieId",
        Weight = "rating",
        Time = "timestamp",
        UserKeys = KeyKind.Number,
        ItemKeys = KeyKind.Number,
    };

    [MovieLensFact]
    public async Task The_ratings_are_those_that_its_readme_counts()
    {
        (InteractionLog log, SkippedRows skipped) = await InteractionLog.ReadAsync(Ratings(), Columns);
        Assert.Equal(100_836, log.Count);
        Assert.Equal(610, log.Users.Count);
        Assert.Equal(9724, log.Items.Count);
        Assert.Equal(0, skipped.Count);
        Assert.Equal(964982703, log.TimeColumn[0]);
        Assert.All(log.WeightColumn.ToArray(), rating => Assert.InRange(rating, 0.5f, 5f));
        Assert.Equal(log.Count, log.Deduplicate(DuplicatePolicy.KeepFirst).Count);
    }

    [MovieLensFact]
    public async Task Splits_and_cores_of_the_ratings_fit_what_is_known_of_them()
    {
        (InteractionLog log, _) = await InteractionLog.ReadAsync(Ratings(), Columns);

        // Everybody rated at least 20 movies.
        InteractionSplit split = InteractionSplit.LeaveLastOut(log);
        Assert.Equal(610, split.Test.Count);
        Assert.Equal(610, split.Validation.Count);
        Assert.Equal(100_836 - 1220, split.Train.Count);
        split = InteractionSplit.Latest(log, 0.1, 0.1);
        Assert.Equal(10_084, split.Test.Count);
        Assert.True(split.Train.TimeColumn.ToArray().Max() <= split.Validation.TimeColumn.ToArray().Min());
        Assert.True(split.Validation.TimeColumn.ToArray().Max() <= split.Test.TimeColumn.ToArray().Min());

        InteractionLog core = log.KCore(20, 20);
        Assert.InRange(core.Count, 1, log.Count - 1);
        Assert.All(core.UserColumn.ToArray().CountBy(user => user), user => Assert.True(user.Value >= 20));
        Assert.All(core.ItemColumn.ToArray().CountBy(item => item), item => Assert.True(item.Value >= 20));
    }

    [MovieLensFact]
    public async Task The_movies_join_the_ratings()
    {
        (InteractionLog log, _) = await InteractionLog.ReadAsync(Ratings(), Columns);
        (ItemTable movies, _) = await ItemTable.ReadAsync(
            new FileRowSource(Path.Combine(MovieLensFactAttribute.Folder!, "movies.csv")), "movieId", KeyKind.Number, [ItemAttribute.Text("title"), ItemAttribute.List("genres", '|')]);
        Assert.Equal(9742, movies.Count);
        ItemJoin join = movies.Join(log.Items);
        Assert.Equal(0, join.ItemsWithoutAttributes);
        Assert.Equal(18, join.AttributesWithoutItem);
        Assert.Equal("Toy Story (1995)", movies.Texts("title")[join.Rows[log.Items.IndexOf(1)]]);
        Assert.Equal("American President, The (1995)", movies.Texts("title")[movies.Ids.IndexOf(11)]);
        Assert.Equal(["Adventure", "Animation", "Children", "Comedy", "Fantasy"], movies.Lists("genres")[0]);
        Assert.Equal(20, movies.Lists("genres").SelectMany(genres => genres).Distinct().Count());
    }

    private static FileRowSource Ratings() => new(Path.Combine(MovieLensFactAttribute.Folder!, "ratings.csv"));
}
