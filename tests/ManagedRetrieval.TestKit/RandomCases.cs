using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace ManagedRetrieval.TestKit;

/// <summary>Runs a body over random draws with FsCheck, which shrinks the size of a failing case.</summary>
/// <remarks>The variable MANAGEDRETRIEVAL_CASES caps the number of cases of every property; mutation testing sets it.</remarks>
public static class RandomCases
{
    private static readonly int MostCases =
        int.TryParse(Environment.GetEnvironmentVariable("MANAGEDRETRIEVAL_CASES"), CultureInfo.InvariantCulture, out int most) ? most : int.MaxValue;

    /// <param name="body">Throws where the property does not hold.</param>
    /// <param name="cases">How many random cases.</param>
    /// <param name="size">The largest length of an axis.</param>
    /// <param name="pinned">Cases that failed once, as the failure names them; they run first.</param>
    public static void Check(Action<Draw> body, int cases = 100, int size = 12, params ReadOnlySpan<(ulong Seed, int Size)> pinned)
    {
        foreach ((ulong seed, int pinnedSize) in pinned)
        {
            Named(body, new Draw(seed, pinnedSize));
        }

        Gen<(int Seed, int Size)> generator =
            from seed in Gen.Choose(0, int.MaxValue)
            from length in Gen.Choose(1, size)
            select (seed, length);
        Arbitrary<(int Seed, int Size)> draws = Arb.From(
            generator, draw => Enumerable.Range(1, draw.Size - 1).Select(smaller => (draw.Seed, smaller)));
        Prop.ForAll(draws, draw => Named(body, new Draw((ulong)draw.Seed, draw.Size)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Math.Min(cases, MostCases)));
    }

    private static void Named(Action<Draw> body, Draw draw)
    {
        try
        {
            body(draw);
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"seed {draw.Seed}, size {draw.Size}: {exception.Message}", exception);
        }
    }
}
