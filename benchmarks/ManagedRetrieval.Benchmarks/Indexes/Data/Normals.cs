using ManagedRetrieval.Engine.Kernels;

namespace ManagedRetrieval.Benchmarks.Indexes.Data;

/// <summary>Numbers from the standard normal distribution.</summary>
internal static class Normals
{
    /// <summary>Fills <paramref name="values"/>, an even number of them, two from two uniform numbers (Box and Muller).</summary>
    /// <param name="random">Where the uniform numbers come from.</param>
    /// <param name="position">The first of their positions, as many as there are values.</param>
    /// <param name="values">Receives the numbers.</param>
    public static void Fill(CounterRandom random, ulong position, Span<float> values)
    {
        for (int i = 0; i < values.Length; i += 2)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - random.Uniform(position + (ulong)i)));
            (double sine, double cosine) = Math.SinCos(2 * Math.PI * random.Uniform(position + (ulong)i + 1));
            (values[i], values[i + 1]) = ((float)(radius * cosine), (float)(radius * sine));
        }
    }
}
