using System.Globalization;
using ManagedRetrieval.Cli.Backends;
using ManagedRetrieval.Cli.Output;
using ManagedRetrieval.Cli.Reports;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Cli.Runs;

/// <summary><c>bench</c>: recall and speed of a file's index, and of a partitioned one with other settings.</summary>
internal sealed class BenchJob(Terminal terminal, BenchSettings settings)
{
    private const int Batch = 256;

    /// <exception cref="ToolException">There are no float rows to compare with, or of another model; or results could not be written.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using OutputPlace place = OutputPlace.Prepare([settings.JsonFile, settings.DrawingFile], [settings.Model, settings.Exact, settings.QueryFile]);
        using var team = new WorkerTeam(settings.Workers);
        using ChosenBackend backend = ChosenBackend.Open(settings.Backend);
        if (backend.Line(IndexedModel.ExactSearch) is { } line)
        {
            terminal.Line(Terminal.OneLine(line));
        }

        IndexedModel model = await IndexedModel.OpenAsync(settings.Model, map: false, team, backend.Backend, cancellationToken).ConfigureAwait(false);
        BruteForceIndex<string> rows = await ExactRowsAsync(model, team, backend.Backend, cancellationToken).ConfigureAwait(false);
        HeldQueries held = await HeldQueries.TakeAsync(model, settings.QueryFile, settings.Queries, cancellationToken).ConfigureAwait(false);
        ExactAnswers exact = await Task.Run(
            () => terminal.Step("Finding the exact answers …", () => new ExactAnswers(rows, model.Embed(held.Queries, cancellationToken), settings.K, cancellationToken)),
            cancellationToken).ConfigureAwait(false);
        List<BenchRow> measured = await Task.Run(
            () => terminal.Step("Measuring recall and speed …", () => Measure(model.Index, rows, exact, cancellationToken)), cancellationToken).ConfigureAwait(false);
        BenchResults results = Results(model, exact, held, measured);
        place.MakeFolders();
        if (settings.JsonFile is { } json)
        {
            await results.WriteAsync(json, cancellationToken).ConfigureAwait(false);
        }

        if (settings.DrawingFile is { } drawing)
        {
            await SvgFile.WriteAsync(drawing, BenchPlot.Make(results), cancellationToken).ConfigureAwait(false);
        }

        Show(results);
        return ExitCode.Done;
    }

    private async Task<BruteForceIndex<string>> ExactRowsAsync(IndexedModel model, WorkerTeam team, IComputeBackend<float>? backend, CancellationToken cancellationToken)
    {
        if (settings.Exact is null)
        {
            return model.Index as BruteForceIndex<string> ?? throw new ToolException(
                $"'{settings.Model}' holds no float rows for exact answers; give the file that its index was built from by --exact.");
        }

        IndexedModel other = await IndexedModel.OpenAsync(settings.Exact, map: false, team, backend, cancellationToken).ConfigureAwait(false);
        BruteForceIndex<string> rows = other.RequireFloatRows("exact answers come from");
        return rows.ModelVersion != model.Index.ModelVersion
                ? throw new ToolException($"'{settings.Exact}' is of version {rows.ModelVersion} of a model, but '{settings.Model}' of version {model.Index.ModelVersion}; give the file that its index was built from.")
            : !rows.Identifiers.SequenceEqual(model.Index.Identifiers, StringComparer.Ordinal)
                ? throw new ToolException($"'{settings.Exact}' has other candidates than '{settings.Model}'; give the file that its index was built from.")
            : rows;
    }

    private static List<BenchRow> Measure(TopKIndex<string> index, BruteForceIndex<string> rows, ExactAnswers exact, CancellationToken cancellationToken)
    {
        var measured = new List<BenchRow>();
        if (!ReferenceEquals(index, rows))
        {
            BenchRow row = Measure("exact search", rows, exact, cancellationToken);
            row.IsExact = true;
            measured.Add(row);
        }

        BenchRow own = Measure(index is PartitionedIndex<string> stored ? Setting(stored) : "all rows", index, exact, cancellationToken);
        (own.IsOfFile, own.IsExact) = (true, index.IsExact);
        measured.Add(own);
        if (index is PartitionedIndex<string> partitioned)
        {
            (own.Probes, own.Rescored) = (partitioned.Probes, partitioned.Rescored);
            foreach (PartitionedIndex<string> other in Grid(partitioned, exact.K))
            {
                BenchRow row = Measure(Setting(other), other, exact, cancellationToken);
                (row.Probes, row.Rescored) = (other.Probes, other.Rescored);
                measured.Add(row);
            }
        }

        return measured;
    }

    private static BenchRow Measure(string setting, TopKIndex<string> index, ExactAnswers exact, CancellationToken cancellationToken) => new()
    {
        Setting = setting,

        // What is not measured must not be told of: agreement comes first.
        Recall = exact.Recall(index, cancellationToken),
        QueriesPerSecond = SearchSpeed.Measure(index, exact.Queries, exact.K, 1, cancellationToken),
        BatchQueriesPerSecond = SearchSpeed.Measure(index, exact.Queries, exact.K, Batch, cancellationToken),
    };

    /// <summary>From one partition to all, and from the answers alone to many more rows, without the file's own setting.</summary>
    private static IEnumerable<PartitionedIndex<string>> Grid(PartitionedIndex<string> index, int k)
    {
        var probes = new List<int>();
        for (long count = 1; count < index.Partitions; count *= 2)
        {
            probes.Add((int)count);
        }

        probes.Add(index.Partitions);
        int[] rescored = [.. ((int[])[1, 4, 16, 64]).Select(factor => (int)Math.Min((long)factor * k, index.Count)).Distinct()];
        return probes.SelectMany(count => rescored.Select(scored => index.With(count, scored)))
            .Where(other => other.Probes != index.Probes || other.Rescored != index.Rescored);
    }

    private static string Setting(PartitionedIndex<string> index) =>
        string.Create(CultureInfo.InvariantCulture, $"{index.Probes:n0} of {Counted.Of(index.Partitions, "partition")}, {Counted.Of(index.Rescored, "row")}");

    private BenchResults Results(IndexedModel model, ExactAnswers exact, HeldQueries held, IReadOnlyList<BenchRow> rows)
    {
        using var file = SafetensorsFile.Map(settings.Model);
        return new BenchResults
        {
            Model = settings.Model,
            ModelVersion = model.Index.ModelVersion,
            Index = IndexFacts.KindOf(model.Index, file),
            Candidates = model.Index.Count,
            Dimensions = model.Index.Dimensions,
            BytesPerVector = IndexFacts.BytesOfVector(model.Index.Count, file),
            K = exact.K,
            Queries = held.Queries.Count,
            QueriesAre = held.Kind,
            Workers = settings.Workers,
            Batch = Math.Min(Batch, held.Queries.Count),
            Rows = rows,
        };
    }

    private void Show(BenchResults results)
    {
        IReadOnlyList<BenchRow> best = BenchRow.Best(results.Rows.Where(row => !row.IsExact), row => row.QueriesPerSecond);
        terminal.Heading(Terminal.OneLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{results.Index}: {Counted.Of(results.Candidates, "candidate")} of {Counted.Of(results.Dimensions, "dimension")}, {results.BytesPerVector:f1} bytes a vector; {results.Queries:n0} {results.QueriesAre}; workers: {results.Workers}")));
        terminal.Table(
            [new Column("search", IsText: true), new Column(string.Create(CultureInfo.InvariantCulture, $"recall@{results.K}")), new Column("queries/s alone"), new Column(string.Create(CultureInfo.InvariantCulture, $"queries/s by {results.Batch}"))],
            [.. results.Rows.Select(row => (IReadOnlyList<string>)
            [
                row.Setting + (row.IsOfFile ? " (the file's)" : "") + (best.Contains(row) ? " *" : ""),
                string.Create(CultureInfo.InvariantCulture, $"{row.Recall:f4}"),
                string.Create(CultureInfo.InvariantCulture, $"{row.QueriesPerSecond:n0}"),
                string.Create(CultureInfo.InvariantCulture, $"{row.BatchQueriesPerSecond:n0}"),
            ])]);
        if (best.Count > 0)
        {
            terminal.Line();
            terminal.Line("* No other setting is both faster, one query at a time, and finds as much.");
        }
    }
}
