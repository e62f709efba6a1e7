using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ManagedRetrieval.Benchmarks.Adjacency;

/// <summary>What generated data looks like; the names are those of the JSON file.</summary>
internal sealed record AdjacencyFigures
{
    /// <summary>Measures the data.</summary>
    /// <exception cref="InvalidOperationException">A user has an item twice, or too few, or none held out.</exception>
    public AdjacencyFigures(AdjacencyData data)
    {
        int[][] items = [.. data.Train.Zip(data.Test, (train, test) => (int[])[.. train, .. test])];
        for (int user = 0; user < items.Length; user++)
        {
            if (items[user].Distinct().Count() != items[user].Length || items[user].Length < AdjacencySetting.Fewest || data.Test[user].Length != items[user].Length / 5)
            {
                throw new InvalidOperationException($"User {user} has an item twice, too few items, or too few that are held out.");
            }
        }

        (long[] byItem, long[] byCluster) = (new long[data.ClusterOfItem.Length], new long[data.ClusterOfItem.Max() + 1]);
        foreach (int item in items.SelectMany(user => user))
        {
            byItem[item]++;
            byCluster[data.ClusterOfItem[item]]++;
        }

        int[] lengths = [.. items.Select(user => user.Length).Order()];
        (Users, Items, Interactions, HeldOut) = (items.Length, byItem.Length, lengths.Sum(), data.Test.Sum(user => user.Length));
        (FewestOfUser, MedianOfUser, MostOfUser) = (lengths[0], lengths[lengths.Length / 2], lengths[^1]);
        ItemsWithoutInteraction = byItem.Count(count => count == 0);
        long[] best = [.. byItem.OrderDescending()];
        (HeadShare, TailShare) = (Share(best.Take(byItem.Length / 100)), Share(best.Skip(byItem.Length / 5)));
        double inFavourite = 0, byChance = 0;
        for (int user = 0; user < items.Length; user++)
        {
            inFavourite += items[user].Count(item => data.ClusterOfItem[item] == data.ClustersOfUser[user][0]);
            byChance += items[user].Length * ((double)byCluster[data.ClustersOfUser[user][0]] / Interactions);
        }

        (FavouriteShare, ClusterLift) = (inFavourite / Interactions, inFavourite / byChance);
        Checksum = Hash(data);

        double Share(IEnumerable<long> counts) => (double)counts.Sum() / Interactions;
    }

    public int Users { get; }

    public int Items { get; }

    public int Interactions { get; }

    public int HeldOut { get; }

    public int FewestOfUser { get; }

    public int MedianOfUser { get; }

    public int MostOfUser { get; }

    public int ItemsWithoutInteraction { get; }

    /// <summary>The share of interactions that the most popular hundredth of the items has.</summary>
    public double HeadShare { get; }

    /// <summary>The share of interactions that the less popular four fifths of the items have.</summary>
    public double TailShare { get; }

    /// <summary>The share of interactions with items of the cluster that the user likes best.</summary>
    public double FavouriteShare { get; }

    /// <summary><see cref="FavouriteShare"/> over what it would be if users had no taste.</summary>
    public double ClusterLift { get; }

    /// <summary>The first 64 bits of the SHA-256 of all items in order: the same for the same data.</summary>
    public string Checksum { get; }

    /// <summary>The figures in a few lines.</summary>
    public override string ToString() =>
        $"""
         {Users} users, {Items} items ({ItemsWithoutInteraction} without interaction), {Interactions} interactions, {HeldOut} of them held out
         a user has {FewestOfUser} to {MostOfUser}, the median {MedianOfUser}; the first 1 % of items have {HeadShare:p1} of all, the last 80 % {TailShare:p1}
         the best-liked cluster has {FavouriteShare:p1} of a user's interactions, {ClusterLift:f1} times as many as by chance; checksum {Checksum}
         """;

    private static string Hash(AdjacencyData data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] bytes = new byte[sizeof(int)];
        foreach (int number in data.Train.Concat(data.Test).SelectMany(items => items.Prepend(items.Length)))
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }
}
