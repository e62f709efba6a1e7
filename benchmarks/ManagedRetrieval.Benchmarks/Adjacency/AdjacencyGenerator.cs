using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Benchmarks.Adjacency;

/// <summary>Generates interactions with a long tail and planted clusters.</summary>
/// <remarks>
/// <para>
/// Items: the item of popularity rank r, from 0, weighs w_r = (r + 20)^−0.9, the law of Zipf and Mandelbrot, and lies in
/// cluster r mod C, so that all clusters are about equally popular. Which item has which rank is a random permutation.
/// </para>
/// <para>
/// Users: user u likes three clusters drawn at random, and has n_u = 5 + share interactions. The shares cut all that is
/// over 5 a user in proportion to exp(z_u), z_u from the standard normal distribution (by Box and Muller), rounded by
/// largest remainders, so that the numbers add up exactly.
/// </para>
/// <para>
/// Interactions: each is drawn from a source with the chance w / Σ w over the source's items: from the first, second and
/// third cluster with the chances 0.4, 0.8/3 and 0.4/3, from all items with the chance 0.2. An item that the user already
/// has is drawn again, source and all. Then the user's items are shuffled, and the last ⌊n_u / 5⌋ are held out.
/// </para>
/// <para>
/// Every number is a function of the seed, the user and a position: the same seed gives the same data with any number of
/// workers. Logarithms and powers are the platform's, so that another platform may give other data.
/// </para>
/// </remarks>
internal static class AdjacencyGenerator
{
    private const double Exponent = 0.9, Offset = 20;

    /// <summary>Streams of users have the user's number added, so they lie far apart.</summary>
    private const ulong RankStream = 1, ActivityStream = 2, TasteStream = 1UL << 32, ItemStream = 2UL << 32, SplitStream = 3UL << 32;

    /// <summary>The chances of the clusters that a user likes; what is left is the chance of all items.</summary>
    private static double[] Chances { get; } = [0.4, 0.8 / 3, 0.4 / 3];

    /// <summary>Generates the data.</summary>
    /// <exception cref="ArgumentException">There are too few items for the most active user.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number of the setting is outside its range.</exception>
    public static AdjacencyData Generate(AdjacencySetting setting)
    {
        setting.Check();
        int[] itemOfRank = [.. Enumerable.Range(0, setting.Items)];
        new CounterRandom(setting.Seed, RankStream).Shuffle<int>(itemOfRank);
        int[] clusterOfItem = new int[setting.Items];
        double[] weightOfItem = new double[setting.Items];
        for (int rank = 0; rank < itemOfRank.Length; rank++)
        {
            (clusterOfItem[itemOfRank[rank]], weightOfItem[itemOfRank[rank]]) = (rank % setting.Clusters, Math.Pow(rank + Offset, -Exponent));
        }

        var all = new WeightedItems(itemOfRank, weightOfItem);
        WeightedItems[] clusters =
            [.. Enumerable.Range(0, setting.Clusters).Select(cluster => new WeightedItems([.. itemOfRank.Where((_, rank) => rank % setting.Clusters == cluster)], weightOfItem))];
        int[] counts = Counts(setting);
        int[][] train = new int[setting.Users][], test = new int[setting.Users][];
        int[][] clustersOfUser = new int[setting.Users][];
        Parallel.For(0, setting.Users, user =>
        {
            var taste = new CounterRandom(setting.Seed, TasteStream + (ulong)user);
            clustersOfUser[user] = [.. Chances.Select((_, i) => taste.Below(setting.Clusters, (ulong)i))];
            int[] items = Draw(new CounterRandom(setting.Seed, ItemStream + (ulong)user), [.. clustersOfUser[user].Select(cluster => clusters[cluster]), all], counts[user]);
            new CounterRandom(setting.Seed, SplitStream + (ulong)user).Shuffle<int>(items);
            (train[user], test[user]) = (items[..^(items.Length / 5)], items[^(items.Length / 5)..]);
        });
        return new AdjacencyData(train, test, clusterOfItem, weightOfItem, clustersOfUser);
    }

    /// <summary>The chances of all items for all users, but for what a user already has: those of user u and item i are the dot product of two rows.</summary>
    /// <remarks>
    /// A user's row holds the chance of each cluster and that of all items; an item's row holds in its cluster's column its share of
    /// the cluster's weight, and in the last its share of all weight.
    /// </remarks>
    public static (Tensor<float> Users, Tensor<float> Items) Taste(AdjacencyData data)
    {
        int clusters = data.ClusterOfItem.Max() + 1;
        double[] sums = new double[clusters];
        for (int item = 0; item < data.ClusterOfItem.Length; item++)
        {
            sums[data.ClusterOfItem[item]] += data.WeightOfItem[item];
        }

        Tensor<float> users = new(new Shape(data.ClustersOfUser.Length, clusters + 1)), items = new(new Shape(data.ClusterOfItem.Length, clusters + 1));
        for (int user = 0; user < data.ClustersOfUser.Length; user++)
        {
            foreach ((double chance, int cluster) in Chances.Zip(data.ClustersOfUser[user]))
            {
                users.Row(user)[cluster] += (float)chance;
            }

            users.Row(user)[clusters] = (float)(1 - Chances.Sum());
        }

        for (int item = 0; item < data.ClusterOfItem.Length; item++)
        {
            (double weight, int cluster) = (data.WeightOfItem[item], data.ClusterOfItem[item]);
            (items.Row(item)[cluster], items.Row(item)[clusters]) = ((float)(weight / sums[cluster]), (float)(weight / sums.Sum()));
        }

        return (users, items);
    }

    /// <summary>The number of each user's interactions.</summary>
    private static int[] Counts(AdjacencySetting setting)
    {
        var random = new CounterRandom(setting.Seed, ActivityStream);
        double[] activity = [.. Enumerable.Range(0, setting.Users).Select(user => Math.Exp(Normal(random, (ulong)user)))];
        int spare = setting.Interactions - (AdjacencySetting.Fewest * setting.Users);
        double unit = spare / activity.Sum();
        int[] shares = [.. activity.Select(weight => (int)(weight * unit))];
        int left = spare - shares.Sum();
        foreach (int user in Enumerable.Range(0, setting.Users).OrderByDescending(user => (activity[user] * unit) - shares[user]).Take(left))
        {
            shares[user]++;
        }

        int most = AdjacencySetting.Fewest + shares.Max();
        return most <= setting.Items / 4
            ? [.. shares.Select(share => AdjacencySetting.Fewest + share)]
            : throw new ArgumentException(
                $"The most active user would have {most} interactions, which takes at least {4 * most} items, not {setting.Items}; generate fewer interactions or more users.", nameof(setting));
    }

    /// <summary>A number from the standard normal distribution.</summary>
    private static double Normal(CounterRandom random, ulong position) =>
        Math.Sqrt(-2 * Math.Log(1 - random.Uniform(2 * position))) * Math.Cos(2 * Math.PI * random.Uniform((2 * position) + 1));

    /// <summary>Draws so many distinct items.</summary>
    private static int[] Draw(CounterRandom random, WeightedItems[] sources, int count)
    {
        var items = new HashSet<int>(count);
        for (ulong draw = 0; items.Count < count; draw++)
        {
            int source = 0;
            for (double left = random.Uniform(2 * draw); source < Chances.Length && left >= Chances[source]; source++)
            {
                left -= Chances[source];
            }

            items.Add(sources[source].Draw(random.Uniform((2 * draw) + 1)));
        }

        return [.. items];
    }
}
