namespace ManagedRetrieval.Benchmarks.Adjacency;

/// <summary>Items to draw from, each with the chance of its weight over the sum of all.</summary>
internal sealed class WeightedItems
{
    private readonly int[] _items;
    private readonly double[] _sums;

    /// <summary>Takes over the items.</summary>
    /// <param name="items">What to draw from.</param>
    /// <param name="weightOfItem">The weight of each item there is.</param>
    public WeightedItems(int[] items, double[] weightOfItem)
    {
        (_items, _sums) = (items, new double[items.Length]);
        double sum = 0;
        for (int i = 0; i < items.Length; i++)
        {
            sum += weightOfItem[items[i]];
            _sums[i] = sum;
        }
    }

    /// <summary>The item that a number uniform in [0, 1) falls on.</summary>
    public int Draw(double uniform)
    {
        int found = Array.BinarySearch(_sums, uniform * _sums[^1]);

        // What is not found gives the complement of the first sum above; what is found lies at the end of its item's part.
        return _items[Math.Min(found < 0 ? ~found : found + 1, _items.Length - 1)];
    }
}
