using ManagedRetrieval.Engine.Kernels;

namespace ManagedRetrieval.Sampling;

/// <summary>Draws an item by its weight in constant time (Walker 1977; built as Vose, IEEE Transactions on Software Engineering 17, 1991).</summary>
/// <remarks>
/// Every item of positive weight has one column; all columns are equally likely. Column c gives its own item where a
/// uniform number is below its threshold, otherwise its alias. An item of weight 0 has no column and is nobody's alias, so
/// that no rounding can draw it.
/// </remarks>
internal sealed class AliasTable
{
    private readonly int[] _items;
    private readonly int[] _aliases;
    private readonly double[] _thresholds;

    /// <param name="weights">Finite, not negative, not all 0.</param>
    /// <param name="total">Their sum, finite.</param>
    public AliasTable(ReadOnlySpan<double> weights, double total)
    {
        int columns = weights.Length - weights.Count(0.0);
        (_items, _aliases, _thresholds) = (new int[columns], new int[columns], new double[columns]);

        // Columns that lack weight grow from the left end of one array, those that have enough from the right end.
        int[] waiting = new int[columns];
        double[] scaled = new double[columns];
        (int lacking, int enough, int column) = (0, columns, 0);
        for (int item = 0; item < weights.Length; item++)
        {
            if (weights[item] > 0)
            {
                _items[column] = item;
                scaled[column] = weights[item] / total * columns;
                waiting[scaled[column] < 1 ? lacking++ : --enough] = column;
                column++;
            }
        }

        while (lacking > 0 && enough < columns)
        {
            (int small, int large) = (waiting[--lacking], waiting[enough++]);
            _thresholds[small] = scaled[small];
            _aliases[small] = _items[large];
            scaled[large] = scaled[large] + scaled[small] - 1;
            waiting[scaled[large] < 1 ? lacking++ : --enough] = large;
        }

        // What is left lacks or exceeds 1 by rounding alone.
        while (lacking > 0)
        {
            Fill(waiting[--lacking]);
        }

        while (enough < columns)
        {
            Fill(waiting[enough++]);
        }
    }

    /// <summary>The item of each column.</summary>
    public ReadOnlySpan<int> Items => _items;

    /// <summary>The other item of each column.</summary>
    public ReadOnlySpan<int> Aliases => _aliases;

    /// <summary>The share of each column that its own item has, in [0, 1].</summary>
    public ReadOnlySpan<double> Thresholds => _thresholds;

    /// <summary>Draws one item from positions 2 · <paramref name="position"/> and the next.</summary>
    public int Draw(CounterRandom random, ulong position)
    {
        int column = random.Below(_items.Length, 2 * position);
        return random.Uniform((2 * position) + 1) < _thresholds[column] ? _items[column] : _aliases[column];
    }

    private void Fill(int column) => (_thresholds[column], _aliases[column]) = (1, _items[column]);
}
