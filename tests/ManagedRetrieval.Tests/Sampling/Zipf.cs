using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Sampling;

/// <summary>Streams of ids as unevenly spread as items often are.</summary>
internal static class Zipf
{
    /// <summary>Draws from 50 ids, id r with a probability in proportion to 1 / (r + 1).</summary>
    public static (int[] Stream, double[] Probabilities) Draw(ulong seed, int draws)
    {
        double[] weights = [.. Enumerable.Range(1, 50).Select(rank => 1.0 / rank)];
        double[] probabilities = [.. weights.Select(weight => weight / weights.Sum())];
        double[] upTo = [.. probabilities.Select((_, id) => probabilities[..(id + 1)].Sum())];
        var draw = new Draw(seed, 1);
        int[] stream = new int[draws];
        for (int i = 0; i < draws; i++)
        {
            int place = Array.BinarySearch(upTo, draw.Uniform());
            stream[i] = Math.Min(place < 0 ? ~place : place + 1, 49);
        }

        return (stream, probabilities);
    }
}
