using ManagedRetrieval.Metrics;

namespace ManagedRetrieval.Cli.Baselines;

/// <summary>Orders the candidates by a count, such as their overloads, whatever the query.</summary>
internal sealed class MostFrequent : IBaseline
{
    private readonly RankCounts[] _ranks;

    /// <summary>Ranks every row by its count.</summary>
    public MostFrequent(IReadOnlyList<int> counts)
    {
        int[] ascending = [.. counts];
        int[] rows = new int[ascending.Length];
        for (int row = 0; row < rows.Length; row++)
        {
            rows[row] = row;
        }

        Array.Sort(ascending, rows);
        _ranks = new RankCounts[rows.Length];
        int end = rows.Length;
        while (end > 0)
        {
            int start = end;
            while (start > 0 && ascending[start - 1] == ascending[end - 1])
            {
                start--;
            }

            for (int i = start; i < end; i++)
            {
                _ranks[rows[i]] = new(rows.Length - end, end - start - 1);
            }

            end = start;
        }
    }

    /// <inheritdoc/>
    public string Name => "most frequent";

    /// <inheritdoc/>
    public RankCounts Rank(string query, int positive) => _ranks[positive];
}
