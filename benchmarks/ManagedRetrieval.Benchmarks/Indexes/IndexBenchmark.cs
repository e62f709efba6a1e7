using ManagedRetrieval.Benchmarks.Indexes.Data;
using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Benchmarks.Indexes;

/// <summary>Measures indexes on vectors: first whether they agree and what they find, then how fast they are.</summary>
/// <param name="report">Takes the figures.</param>
/// <param name="wanted">Whether a row is measured, by its data, peer and index.</param>
/// <param name="rounds">How often a speed is measured; the median counts.</param>
internal sealed class IndexBenchmark(IndexReport report, Func<string, bool> wanted, int rounds)
{
    /// <summary>Exact indexes must agree on this share of the answers: they may round, and so order, equal scores differently.</summary>
    private const double LeastAgreement = 0.999;

    /// <summary>For each recall as many of the points that were fastest at first sight are measured with care.</summary>
    private const int FinalistsEach = 3;

    /// <summary>What looks at more but finds less than this more is at the end of its line; what finds this much is at the end of all lines.</summary>
    private const double LeastGain = 0.0005, EnoughRecall = 0.999;

    /// <summary>How many are asked at once, and how many in all, of an index that looks at all candidates.</summary>
    private static readonly (int Batch, int Queries)[] ExactBatches = [(1, 32), (16, 160), (256, 512)];

    /// <summary>Measures all indexes on one set of vectors.</summary>
    public void Run(VectorSet set, WorkerTeam team)
    {
        if (IndexList.Exact.Concat(IndexList.Approximate).All(make => !IsWanted(set, make)))
        {
            return;
        }

        report.Add(new VectorFacts(set, team));
        set.Write();
        var truth = new GroundTruth(set, team);
        foreach (int threads in Environment.ProcessorCount > 1 ? (int[])[1, 2] : [1])
        {
            foreach ((int batch, int queries) in ExactBatches)
            {
                RunExact(set, truth, threads, batch, Math.Min(queries, set.Queries.Shape.Rows));
            }
        }

        foreach (Func<IIndexUnderTest> make in IndexList.Approximate.Where(make => IsWanted(set, make)))
        {
            using IIndexUnderTest index = make();
            if (index.Obstacle is not null)
            {
                IndexReport.Skip(set.Name, index);
                continue;
            }

            RunApproximate(set, truth, index);
        }
    }

    private bool IsWanted(VectorSet set, Func<IIndexUnderTest> make)
    {
        using IIndexUnderTest index = make();
        return wanted($"{set.Name} {index.Peer} {index.Index}");
    }

    /// <summary>Several indexes by turns. Their processes are new each time: a peer that has had several threads cannot try out divisions any more.</summary>
    private void RunExact(VectorSet set, GroundTruth truth, int threads, int batch, int queries)
    {
        var indexes = new List<IIndexUnderTest>();
        var rows = new List<IndexRow>();
        try
        {
            foreach (Func<IIndexUnderTest> make in IndexList.Exact.Where(make => IsWanted(set, make)))
            {
                IIndexUnderTest index = make();
                if (index.Obstacle is not null)
                {
                    IndexReport.Skip(set.Name, index);
                    index.Dispose();
                    continue;
                }

                indexes.Add(index);
                index.Take(set);
                BuildFigures built = index.Build(index.Builds(set.Rows.Shape.Rows)[0]);
                Parameters parameters = index.Searches[0][0].With(index.Use(index.Searches[0][0], threads, batch, queries));
                index.Run(1);
                double recall = truth.Recall(index.Result());
                if (index.IsExact && recall < LeastAgreement)
                {
                    throw new InvalidOperationException($"{index.Peer} {index.Index} agrees with the exact answers on {recall:p2} of them only.");
                }

                rows.Add(Row(set, index, parameters, built) with { RecallAt10 = recall, Threads = threads, Batch = batch, Repetitions = rounds });
            }

            double[] speeds = Timing.Speeds(indexes, queries, rounds);
            for (int i = 0; i < rows.Count; i++)
            {
                rows[i] = rows[i] with { QueriesPerSecond = speeds[i] };
                report.Add(rows[i], indexes[i].Version);
            }

            IndexReport.Compare(rows);
        }
        finally
        {
            indexes.ForEach(index => index.Dispose());
        }
    }

    /// <summary>All points of the grid once, then again with care those that may be the best.</summary>
    private void RunApproximate(VectorSet set, GroundTruth truth, IIndexUnderTest index)
    {
        index.Take(set);
        int all = set.Queries.Shape.Rows;
        var points = new Dictionary<string, (Parameters Build, Parameters Search)>();
        foreach (Parameters build in index.Builds(set.Rows.Shape.Rows))
        {
            BuildFigures built = index.Build(build);
            double most = 0;
            foreach (IReadOnlyList<Parameters> line in index.Searches.TakeWhile(_ => most < EnoughRecall))
            {
                double last = 0;
                foreach (Parameters search in line)
                {
                    points[build.With(search).ToString()] = (build, search);
                    double recall = Measure(build, search, built, all, count: 1);
                    most = Math.Max(most, recall);
                    if (recall - last < LeastGain || recall >= EnoughRecall)
                    {
                        break;
                    }

                    last = recall;
                }
            }
        }

        // Until those that are fastest have all been measured with care, lest one is best by a lucky moment, or not by an unlucky one of its own.
        var measured = new HashSet<string>();
        while (Finalists(set, index).FirstOrDefault(name => !measured.Contains(name)) is { } next)
        {
            Parameters ofNext = points[next].Build;
            BuildFigures built = index.Build(ofNext);
            foreach (string name in Finalists(set, index).Where(name => points[name].Build == ofNext && measured.Add(name)).ToArray())
            {
                Measure(ofNext, points[name].Search, built, all, rounds);
                Measure(ofNext, points[name].Search, built, batch: 1, rounds);
            }
        }

        double Measure(Parameters build, Parameters search, BuildFigures built, int batch, int count)
        {
            Parameters parameters = build.With(search).With(index.Use(search, threads: 1, batch, all));
            double[] seconds = [.. Enumerable.Range(0, count).Select(_ => index.Run(1))];
            double recall = truth.Recall(index.Result());
            report.Add(
                Row(set, index, parameters, built) with
                {
                    RecallAt10 = recall,
                    QueriesPerSecond = all / Timing.Median(seconds),
                    Threads = 1,
                    Batch = batch,
                    Repetitions = count,
                },
                index.Version);
            return recall;
        }
    }

    private string[] Finalists(VectorSet set, IIndexUnderTest index) =>
        [.. IndexReport.RecallTargets.SelectMany(target => report.Fastest(set.Name, index, target, FinalistsEach)).Select(row => row.Parameters.ToString()).Distinct()];

    private static IndexRow Row(VectorSet set, IIndexUnderTest index, Parameters parameters, BuildFigures built) =>
        new(set.Name, index.Index, index.Peer, parameters) { BuildSeconds = built.Seconds, BytesPerVector = built.Bytes / (double)set.Rows.Shape.Rows };
}
