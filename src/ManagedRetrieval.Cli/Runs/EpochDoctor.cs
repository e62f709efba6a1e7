using System.Diagnostics;
using System.Globalization;
using ManagedRetrieval.Cli.Output;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Evaluation;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>Lets the doctor look at a model after each epoch of its training, and tells at once what he found and how long he took.</summary>
/// <remarks>
/// What he looks at is fixed in number, whatever the clock says, so that the same training has the same figures. With 64 dimensions
/// it comes to some 20 million multiply-adds, and 16,000 for each item of the corpus: little beside an epoch that trains on it.
/// </remarks>
/// <param name="metric">The metric that is told of beside his figures.</param>
/// <param name="maskedShare">The share of a batch's scores that are taken out.</param>
/// <param name="team">Shares out the work.</param>
/// <param name="terminal">Where he speaks.</param>
internal sealed class EpochDoctor(string metric, double maskedShare, WorkerTeam team, Terminal terminal)
{
    private const int SampledRows = 1024, Queries = 256, Answers = 10;

    private readonly List<EpochHealth> _health = [];
    private (DoctorReport Report, TimeSpan Cost)? _look;

    /// <summary>One for each epoch that he saw.</summary>
    public IReadOnlyList<EpochHealth> Health => _health;

    /// <summary>The time at which the last epoch ended; that of a checkpoint that a training goes on from, before its first.</summary>
    public TimeSpan LastEnd { get; set; }

    /// <summary>Looks at a model as it is.</summary>
    public void Look(Tensor<float> queries, Tensor<float> corpus, QueryRanks ranks)
    {
        long start = Stopwatch.GetTimestamp();
        int count = Math.Min(Queries, queries.Shape.Rows);
        ScoredCandidate<int>[][] answers = new BruteForceIndex<int>(corpus, [.. Enumerable.Range(0, corpus.Shape.Rows)], team).Search(queries.Rows(0, count), Answers);
        DoctorReport report = ModelDoctor.Examine(queries, corpus, ranks, [.. answers.SelectMany(list => list.Select(answer => answer.Row))], maskedShare, SampledRows);
        _look = (report, Stopwatch.GetElapsedTime(start));
    }

    /// <summary>Tells what he found after an epoch, where he looked.</summary>
    public void Tell(EpochResult epoch)
    {
        if (_look is (DoctorReport report, TimeSpan cost))
        {
            var health = new EpochHealth(epoch.Epoch, report, cost, epoch.Elapsed - LastEnd);
            _health.Add(health);
            IEnumerable<string> figures = EpochHealth.Titles.Zip(health.Figures, (title, figure) => $"{title} {figure}");
            terminal.LineWithin(string.Create(CultureInfo.InvariantCulture, $"    {metric} {epoch.Validation[metric]:f4}, {string.Join(", ", figures)}"));
            foreach (string finding in report.Findings)
            {
                terminal.LineWithin("    the doctor: " + Terminal.OneLine(finding));
            }
        }

        (_look, LastEnd) = (null, epoch.Elapsed);
    }
}
