using System.Diagnostics;
using System.Globalization;
using ManagedRetrieval.Benchmarks.Indexes.Data;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Benchmarks.Indexes;

/// <summary>Builds an index of many rows that come batch by batch, and measures the memory of the process: it is a process of its own, for one index.</summary>
internal sealed class LargeBenchmark
{
    private const int BatchRows = 100_000;

    private readonly VectorSetting _setting;
    private readonly VectorGenerator _generator;
    private readonly Tensor<float> _queries;
    private readonly WorkerTeam _team;
    private readonly Tensor<float> _bestScores;
    private readonly int[] _bestRows;
    private readonly Stopwatch _notBuilding = new();

    /// <summary>Prepares the vectors.</summary>
    public LargeBenchmark(VectorSetting setting, WorkerTeam team)
    {
        (_setting, _team, _generator) = (setting, team, new VectorGenerator(setting));
        _queries = _generator.Queries();
        _bestScores = new Tensor<float>(new Shape(setting.Queries, GroundTruth.K));
        _bestScores.Span.Fill(float.NegativeInfinity);
        _bestRows = new int[setting.Queries * GroundTruth.K];
    }

    /// <summary>Builds and asks, one query at a time and all at once.</summary>
    public IReadOnlyList<IndexRow> Run(ILargeIndex index, int rounds)
    {
        long start = Stopwatch.GetTimestamp();
        index.Build(_setting.Rows, Batches(), _team);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds - _notBuilding.Elapsed.TotalSeconds;
        var truth = new GroundTruth(_bestRows);
        int[] found = new int[_bestRows.Length];
        var rows = new List<IndexRow>();
        foreach (int threads in _team.Workers > 1 ? (int[])[1, _team.Workers] : [1])
        {
            using var team = new WorkerTeam(threads);
            foreach (int batch in (int[])[1, _setting.Queries])
            {
                // Single queries of 10 million rows take long: some are enough.
                int queries = Math.Max(batch, Math.Min(16, _setting.Queries));
                double[] times = new double[rounds];
                for (int round = 0; round < rounds; round++)
                {
                    start = Stopwatch.GetTimestamp();
                    for (int first = 0; first < queries; first += batch)
                    {
                        index.Search(_queries.Rows(first, batch), team, found.AsSpan(first * GroundTruth.K, batch * GroundTruth.K));
                    }

                    times[round] = Stopwatch.GetElapsedTime(start).TotalSeconds;
                }

                rows.Add(new IndexRow("large", index.Index, "ours", Parameters.None)
                {
                    RecallAt10 = truth.Recall(found.AsSpan(0, queries * GroundTruth.K)),
                    QueriesPerSecond = queries / Timing.Median(times),
                    BuildSeconds = seconds,
                    BytesPerVector = index.Bytes / (double)_setting.Rows,
                    Threads = threads,
                    Batch = batch,
                    Repetitions = rounds,
                });
            }
        }

        long peak = Peak();
        return [.. rows.Select(row => row with { PeakBytes = peak })];
    }

    /// <summary>All rows, batch by batch, in one and the same memory; the time that making them and finding the true best takes is not the index's.</summary>
    private IEnumerable<Tensor<float>> Batches()
    {
        _notBuilding.Start();
        var batch = new Tensor<float>(new Shape(Math.Min(BatchRows, _setting.Rows), VectorSetting.Dimensions));
        for (int first = 0; first < _setting.Rows; first += BatchRows)
        {
            Tensor<float> rows = batch.Rows(0, Math.Min(BatchRows, _setting.Rows - first));
            _generator.Rows(first, rows);
            Merge(first, rows);
            _notBuilding.Stop();
            yield return rows;
            _notBuilding.Start();
        }

        _notBuilding.Stop();
    }

    /// <summary>Keeps the best of those known and those in a batch; known ones have lower rows, so they come first where scores are equal.</summary>
    private void Merge(int first, Tensor<float> batch)
    {
        int k = Math.Min(GroundTruth.K, batch.Shape.Rows);
        var scores = new Tensor<float>(new Shape(_setting.Queries, k));
        int[] rows = new int[_setting.Queries * k];
        new CpuBackend<float>(_team).TopK(_queries, batch, k, scores, rows);
        for (int query = 0; query < _setting.Queries; query++)
        {
            Span<float> best = _bestScores.Row(query);
            Span<int> bestRows = _bestRows.AsSpan(query * GroundTruth.K, GroundTruth.K);
            for (int i = 0; i < k && scores.Row(query)[i] > best[^1]; i++)
            {
                int place = GroundTruth.K - 1;
                for (; place > 0 && best[place - 1] < scores.Row(query)[i]; place--)
                {
                    (best[place], bestRows[place]) = (best[place - 1], bestRows[place - 1]);
                }

                (best[place], bestRows[place]) = (scores.Row(query)[i], first + rows[(query * k) + i]);
            }
        }
    }

    /// <summary>The most memory that the process has had, as Linux counts it.</summary>
    private static long Peak()
    {
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[1], CultureInfo.InvariantCulture);
    }
}
