namespace ManagedRetrieval.Data;

/// <summary>Where the attributes of a log's items stand in an item table.</summary>
public sealed class ItemJoin
{
    /// <summary>The number of ids that are kept as examples.</summary>
    public const int KeptExamples = 10;

    private readonly int[] _rows;

    internal ItemJoin(KeyIndex ids, KeyIndex items)
    {
        _rows = new int[items.Count];
        bool[] used = new bool[ids.Count];
        var without = new List<string>();
        for (int i = 0; i < _rows.Length; i++)
        {
            _rows[i] = ids.IndexOf(items, i);
            if (_rows[i] >= 0)
            {
                used[_rows[i]] = true;
            }
            else if (ItemsWithoutAttributes++ < KeptExamples)
            {
                without.Add(items.Describe(i));
            }
        }

        var unused = new List<string>();
        for (int i = 0; i < used.Length; i++)
        {
            if (!used[i] && AttributesWithoutItem++ < KeptExamples)
            {
                unused.Add(ids.Describe(i));
            }
        }

        (FirstItemsWithoutAttributes, FirstAttributesWithoutItem) = (without, unused);
    }

    /// <summary>For each item of the log its row in the table; −1 where it has none.</summary>
    public ReadOnlySpan<int> Rows => _rows;

    /// <summary>The number of items that have no row in the table.</summary>
    public int ItemsWithoutAttributes { get; }

    /// <summary>The number of rows of the table whose item is not in the log.</summary>
    public int AttributesWithoutItem { get; }

    /// <summary>The first items that have no row in the table.</summary>
    public IReadOnlyList<string> FirstItemsWithoutAttributes { get; }

    /// <summary>The first ids of the table that are not in the log.</summary>
    public IReadOnlyList<string> FirstAttributesWithoutItem { get; }
}
