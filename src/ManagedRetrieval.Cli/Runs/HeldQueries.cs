using ManagedRetrieval.Cli.Models;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>Queries to measure an index with.</summary>
/// <param name="Queries">At least one.</param>
/// <param name="Kind">What they are, for people.</param>
internal sealed record HeldQueries(IReadOnlyList<Entity> Queries, string Kind)
{
    /// <summary>
    /// Queries from a file; without one, the users that the model knows; where it knows none, the candidates' ids, each asked as a text and as a
    /// history of one. Of more than are wanted they are those at equal distances.
    /// </summary>
    /// <exception cref="ToolException">The file cannot be read.</exception>
    public static async Task<HeldQueries> TakeAsync(IndexedModel model, string? file, int count, CancellationToken cancellationToken)
    {
        if (file is not null)
        {
            var read = new List<Entity>();
            await foreach (QueryRequest request in QueryFile.ReadAsync(file, model.ReadsOnlyHistories, cancellationToken).ConfigureAwait(false))
            {
                read.Add(request.Query);
            }

            return Of(Spread(read, count, query => query), $"query of {file}", $"queries of {file}");
        }

        return model.Users.Count > 0
            ? Of(Spread(model.Users, count, user => new Entity(user, 0, [], TableRow.None)), "user that the model knows", "users that the model knows")
            : Of(Spread(model.Index.Identifiers, count, id => new Entity(id, 0, [id], TableRow.None)), "candidate's id, asked as a query", "candidates' ids, asked as queries");
    }

    private static HeldQueries Of(Entity[] queries, string one, string many) => new(queries, queries.Length == 1 ? one : many);

    private static Entity[] Spread<T>(IReadOnlyList<T> all, int count, Func<T, Entity> query)
    {
        var taken = new Entity[Math.Min(count, all.Count)];
        for (int i = 0; i < taken.Length; i++)
        {
            taken[i] = query(all[(int)((long)i * all.Count / taken.Length)]);
        }

        return taken;
    }
}
