namespace ManagedRetrieval.Benchmarks.Adjacency;

/// <summary>Who dealt with what, with the taste that was planted.</summary>
/// <param name="Train">For each user the items to learn from.</param>
/// <param name="Test">For each user the items that are held out.</param>
/// <param name="ClusterOfItem">For each item its cluster.</param>
/// <param name="WeightOfItem">For each item its popularity.</param>
/// <param name="ClustersOfUser">For each user the clusters that the user likes, the best-liked first; a cluster may come twice.</param>
internal sealed record AdjacencyData(int[][] Train, int[][] Test, int[] ClusterOfItem, double[] WeightOfItem, int[][] ClustersOfUser)
{
    /// <summary>Writes train.txt and test.txt: a line for each user, of the user's number and those of the items, with spaces between.</summary>
    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        Write(Path.Combine(folder, "train.txt"), Train);
        Write(Path.Combine(folder, "test.txt"), Test);
    }

    private static void Write(string path, int[][] itemsOfUsers)
    {
        using var file = new StreamWriter(path) { NewLine = "\n" };
        for (int user = 0; user < itemsOfUsers.Length; user++)
        {
            file.Write(user);
            foreach (int item in itemsOfUsers[user])
            {
                file.Write(' ');
                file.Write(item);
            }

            file.WriteLine();
        }
    }
}
