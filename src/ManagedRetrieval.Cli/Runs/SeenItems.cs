using ManagedRetrieval.Data;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>What users had before, by a file of interactions.</summary>
internal sealed class SeenItems
{
    private readonly string _file;
    private readonly KeyIndex _users;
    private readonly TimeLines _lines;

    private SeenItems(string file, InteractionLog log) => (_file, _users, _lines) = (file, log.Users, new TimeLines(log));

    /// <summary>Reads a file as <c>train --data</c> does; null gives null.</summary>
    /// <exception cref="DataFormatException">The file cannot be read; the message names the line.</exception>
    /// <exception cref="ToolException">It has not the columns.</exception>
    public static async Task<SeenItems?> ReadAsync(DataSettings? settings, CancellationToken cancellationToken) =>
        settings is null ? null : new SeenItems(settings.Data, await DataFiles.LogAsync(settings, cancellationToken).ConfigureAwait(false));

    /// <summary>The query that does not find what its user had, either.</summary>
    /// <param name="request">A query.</param>
    /// <param name="remarks">Is told of a user who had nothing.</param>
    /// <exception cref="ToolException">It names no user.</exception>
    public QueryRequest LeaveOut(QueryRequest request, QueryRemarks remarks)
    {
        if (request.Query.Key.Length == 0)
        {
            throw new ToolException($"A query names no user, whose items of '{_file}' --exclude-seen would leave out.");
        }

        int user = _users.IndexOf(request.Query.Key);
        if (user < 0)
        {
            remarks.LookAtUnseen(request.Query.Key);
            return request;
        }

        return request with { Exclusions = [.. request.Exclusions, .. _lines.All(user)] };
    }
}
