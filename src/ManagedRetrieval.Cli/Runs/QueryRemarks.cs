using ManagedRetrieval.Cli.Output;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>What is to be said of queries besides their answers: which of their ids the model does not know, and what of them it does not read.</summary>
/// <remarks>Such an id is no error, since others' queries may well have it; but one that is misspelt would go unnoticed.</remarks>
internal sealed class QueryRemarks(IndexedModel model)
{
    private const int Shown = 3;

    private readonly Ids _asked = new(), _met = new(), _excluded = new(), _unseen = new();

    private long _histories, _times;

    /// <summary>Looks at one more query.</summary>
    public void Look(QueryRequest request)
    {
        _histories += request.Query.History.Count > 0 && model.HistoryIds.Count == 0 ? 1 : 0;
        _times += request.Query.Time != 0 && !model.ReadsTimes ? 1 : 0;
        if (IsUnknown(request.Query.Key, model.UserIds))
        {
            _asked.Add(request.Query.Key);
        }

        foreach (string item in request.Query.History)
        {
            if (IsUnknown(item, model.HistoryIds))
            {
                _met.Add(item);
            }
        }

        foreach (string item in request.Exclusions)
        {
            if (!model.HasCandidate(item))
            {
                _excluded.Add(item);
            }
        }
    }

    /// <summary>Looks at the user of a query who is not in the file of --exclude-seen.</summary>
    public void LookAtUnseen(string user) => _unseen.Add(user);

    /// <summary>Says on the error output what was found, a line for each kind.</summary>
    public void Tell(Terminal terminal)
    {
        if (_histories > 0)
        {
            terminal.Aside($"{Counted.Of(_histories, "history was", "histories were")} passed over: the model reads none.");
        }

        if (_times > 0)
        {
            terminal.Aside($"{Counted.Of(_times, "time was", "times were")} passed over: the model reads none.");
        }

        _asked.Tell(terminal, "queried id is unknown to the model, and answered as unknown ones are", "queried ids are unknown to the model, and answered as unknown ones are");
        _met.Tell(terminal, "id of a history is unknown to the model", "ids of histories are unknown to the model");
        _excluded.Tell(terminal, "excluded id is no candidate of the model", "excluded ids are no candidates of the model");
        _unseen.Tell(terminal, "queried id is not in the file of --exclude-seen", "queried ids are not in the file of --exclude-seen");
    }

    private static bool IsUnknown(string id, IReadOnlyList<Vocabulary<string>> vocabularies) => vocabularies.Count > 0 && vocabularies.All(vocabulary => !vocabulary.Contains(id));

    /// <summary>Different ids, and the first of them.</summary>
    private sealed class Ids
    {
        private readonly HashSet<string> _all = new(StringComparer.Ordinal);
        private readonly List<string> _first = [];

        public void Add(string id)
        {
            if (_all.Add(id) && _first.Count < Shown)
            {
                _first.Add(id);
            }
        }

        public void Tell(Terminal terminal, string one, string many)
        {
            if (_all.Count > 0)
            {
                terminal.Aside(Terminal.OneLine($"{Counted.Of(_all.Count, one, many)}{(_all.Count > _first.Count ? ", such as" : ":")} {string.Join(", ", _first)}."));
            }
        }
    }
}
