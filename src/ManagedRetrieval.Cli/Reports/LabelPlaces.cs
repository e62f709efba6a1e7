namespace ManagedRetrieval.Cli.Reports;

/// <summary>Picks the points of a plot that get their names written above them, so that no name lies on another.</summary>
internal static class LabelPlaces
{
    /// <summary>Takes the points in their order, each whose name has room.</summary>
    /// <param name="points">Where the points are, and how wide their names, in one unit.</param>
    /// <param name="height">Of a name.</param>
    /// <param name="left">No name begins before it.</param>
    /// <param name="right">No name ends behind it.</param>
    /// <param name="most">How many names are wanted.</param>
    /// <returns>The places in <paramref name="points"/>, ascending.</returns>
    public static IReadOnlyList<int> Pick(IReadOnlyList<(double X, double Y, double Width)> points, double height, double left, double right, int most)
    {
        var picked = new List<int>();
        for (int i = 0; i < points.Count && picked.Count < most; i++)
        {
            (double x, double y, double width) = points[i];
            bool hasRoom = x - width / 2 >= left && x + width / 2 <= right;
            foreach (int other in picked)
            {
                hasRoom &= Math.Abs(points[other].X - x) >= (points[other].Width + width) / 2 || Math.Abs(points[other].Y - y) >= height;
            }

            if (hasRoom)
            {
                picked.Add(i);
            }
        }

        return picked;
    }
}
