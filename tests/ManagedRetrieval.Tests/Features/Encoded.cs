using System.Globalization;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Tests.Features;

/// <summary>What features make of one input.</summary>
internal static class Encoded
{
    public static int[] Ids<TInput>(ISparseFeature<TInput> feature, TInput input)
    {
        var rows = new RaggedIds();
        rows.AppendRow([5, 6]);
        feature.Encode(input, rows);
        Assert.Equal(2, rows.Count);
        Assert.Equal([5, 6], rows[0].ToArray());
        int[] ids = rows[1].ToArray();
        Assert.All(ids, id => Assert.InRange(id, 0, feature.RowCount - 1));
        return ids;
    }

    public static int Id<TInput>(ISparseFeature<TInput> feature, TInput input) => Assert.Single(Ids(feature, input));

    public static float[] Numbers<TInput>(IDenseFeature<TInput> feature, TInput input)
    {
        float[] numbers = [.. Enumerable.Repeat(float.NaN, feature.Width)];
        feature.Encode(input, numbers);
        Assert.All(numbers, number => Assert.True(float.IsFinite(number), $"{number}"));
        return numbers;
    }

    /// <summary>A destination of another length is refused and not written to.</summary>
    public static void RefusesOtherLengths<TInput>(IDenseFeature<TInput> feature, TInput input)
    {
        foreach (int length in (int[])[0, feature.Width - 1, feature.Width + 1])
        {
            float[] destination = [.. Enumerable.Repeat(7f, length)];
            ArgumentException error = Assert.Throws<ArgumentException>("destination", () => feature.Encode(input, destination));
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"a length of {feature.Width}, not {length}"), error.Message, StringComparison.Ordinal);
            Assert.All(destination, number => Assert.Equal(7f, number));
        }
    }

    public static void UnderCulture(string name, Action body)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(name);
            body();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
