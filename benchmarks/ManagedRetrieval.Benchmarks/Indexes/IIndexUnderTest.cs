using ManagedRetrieval.Benchmarks.Indexes.Data;

namespace ManagedRetrieval.Benchmarks.Indexes;

/// <summary>An index that is measured, this library's or a peer's.</summary>
internal interface IIndexUnderTest : IDisposable
{
    /// <summary>What kind of index it is.</summary>
    string Index { get; }

    /// <summary>Whose it is.</summary>
    string Peer { get; }

    /// <summary>Whether it must find exactly what there is.</summary>
    bool IsExact { get; }

    /// <summary>Why it cannot be had; null where it can.</summary>
    string? Obstacle { get; }

    /// <summary>The peer's version; null for this library's.</summary>
    string? Version { get; }

    /// <summary>What it is built with: one index for each.</summary>
    /// <param name="rows">The number of candidates.</param>
    IReadOnlyList<Parameters> Builds(int rows);

    /// <summary>
    /// What an index is searched with: one point of the curve for each, in lines along which more and more is looked at. A line
    /// is left where more finds no more.
    /// </summary>
    IReadOnlyList<IReadOnlyList<Parameters>> Searches { get; }

    /// <summary>Takes the vectors that indexes are built from.</summary>
    void Take(VectorSet set);

    /// <summary>Builds an index, or takes one that was built before, and from now on searches in it.</summary>
    BuildFigures Build(Parameters parameters);

    /// <summary>Says how <see cref="Run"/> is to search.</summary>
    /// <param name="parameters">One of <see cref="Searches"/>.</param>
    /// <param name="threads">The number of threads.</param>
    /// <param name="batch">How many queries are asked at once.</param>
    /// <param name="queries">How many are asked in all, from the first on.</param>
    /// <returns>What it has chosen itself to be at its best.</returns>
    Parameters Use(Parameters parameters, int threads, int batch, int queries);

    /// <summary>Asks all queries so many times, and says how many seconds that took.</summary>
    double Run(int repetitions);

    /// <summary>The rows that the last run found: <see cref="GroundTruth.K"/> for each query, one query after the other.</summary>
    int[] Result();
}
