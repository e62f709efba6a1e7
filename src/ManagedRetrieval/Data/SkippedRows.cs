namespace ManagedRetrieval.Data;

/// <summary>Rows that were left out because they could not be read.</summary>
public sealed class SkippedRows
{
    /// <summary>The number of messages that are kept.</summary>
    public const int KeptMessages = 10;

    private readonly List<string> _messages = [];

    /// <summary>How many rows were left out.</summary>
    public long Count { get; private set; }

    /// <summary>What was wrong with the first of them.</summary>
    public IReadOnlyList<string> FirstMessages => _messages;

    internal void Add(string message)
    {
        Count++;
        if (_messages.Count < KeptMessages)
        {
            _messages.Add(message);
        }
    }
}
