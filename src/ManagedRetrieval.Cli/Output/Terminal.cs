using System.Globalization;
using ManagedRetrieval.Data;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Training;
using Spectre.Console;

namespace ManagedRetrieval.Cli.Output;

/// <summary>What the user sees: live progress and tables on a terminal, plain lines where output is redirected.</summary>
internal sealed class Terminal(IAnsiConsole console, IAnsiConsole? errors = null)
{
    private bool IsLive => console.Profile.Capabilities.Ansi && console.Profile.Capabilities.Interactive;

    /// <summary>
    /// The text with a space for each control or formatting character and each line separator: what a file holds must not
    /// break lines, turn the direction of writing, or command the terminal.
    /// </summary>
    public static string OneLine(string text) => string.Concat(text.Select(character => char.GetUnicodeCategory(character)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator ? ' ' : character));

    public void Line(string text = "") => console.Profile.Out.Writer.WriteLine(text);

    /// <summary>A line that is no part of what was asked for, which others may read: on the error output.</summary>
    public void Aside(string text) => (errors ?? console).Profile.Out.Writer.WriteLine(text);

    /// <summary>A line while training goes on, above its bar where there is one.</summary>
    public void LineWithin(string text)
    {
        if (IsLive)
        {
            // Not past the console, which would write into the bar.
            console.WriteLine(text);
        }
        else
        {
            Line(text);
        }
    }

    /// <summary>A heading of a part of the output.</summary>
    public void Heading(string text)
    {
        Line();
        if (IsLive)
        {
            console.MarkupLineInterpolated($"[bold]{text}[/]");
        }
        else
        {
            Line(text);
        }
    }

    /// <summary>A table.</summary>
    public void Table(IReadOnlyList<Column> columns, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        int[] widths = [.. columns.Select((column, i) => rows.Select(row => row[i].Length).Append(column.Title.Length).Max())];
        if (!IsLive || LeastWidth(columns, widths) > console.Profile.Width)
        {
            PlainTable(columns, rows, widths);
            return;
        }

        var table = new Table { Border = TableBorder.Rounded };
        foreach (Column column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column.Title)) { Alignment = column.IsText ? Justify.Left : Justify.Right, NoWrap = !column.IsText });
        }

        foreach (IReadOnlyList<string> row in rows)
        {
            table.AddRow([.. row.Select(cell => new Text(cell))]);
        }

        console.Write(table);
    }

    /// <summary>A table of answers, best first.</summary>
    public void Answers(IReadOnlyList<ScoredCandidate<string>> answers) => Table(
        [new Column("rank"), new Column("candidate", IsText: true), new Column("score")],
        [.. answers.Select((answer, i) => (IReadOnlyList<string>)
        [
            string.Create(CultureInfo.InvariantCulture, $"{i + 1}"),
            OneLine(answer.Identifier),
            string.Create(CultureInfo.InvariantCulture, $"{answer.Score:f4}"),
        ])]);

    /// <summary>Runs training work with a bar that shows rate and remaining time, or a line for each epoch.</summary>
    public async Task<TResult> TrainAsync<TResult>(Func<IProgress<TrainingProgress>, TResult> work)
    {
        if (!IsLive)
        {
            return work(new LinePerEpoch(this));
        }

        return await console.Progress().AutoClear(false).Columns(Columns()).StartAsync(
            context => Task.Run(() => work(new Bar(context.AddTask("Training"))))).ConfigureAwait(false);
    }

    /// <summary>Reads a file with a bar that shows how far it has come, or one line that says that it began.</summary>
    public async Task<TResult> ReadAsync<TResult>(string description, Func<IProgress<ReadProgress>, Task<TResult>> work)
    {
        if (!IsLive)
        {
            Line(OneLine(description) + " …");
            return await work(new Progress<ReadProgress>()).ConfigureAwait(false);
        }

        return await console.Progress().AutoClear(false).Columns(Columns()).StartAsync(
            context => work(new FileBar(context.AddTask(OneLine(description).EscapeMarkup()), OneLine(description)))).ConfigureAwait(false);
    }

    /// <summary>Builds an index with a bar that shows how far each stage is, or a line for each stage.</summary>
    public async Task<TResult> BuildAsync<TResult>(Func<IProgress<PartitionedBuildProgress>, TResult> work) =>
        !IsLive
            ? await Task.Run(() => work(new StageLines(this))).ConfigureAwait(false)
            : await console.Progress().AutoClear(false).Columns(Columns()).StartAsync(
                context => Task.Run(() => work(new StageBar(context.AddTask("Building"))))).ConfigureAwait(false);

    /// <summary>Reads so many bytes with a bar, or a line that says that it began.</summary>
    public async Task VerifyAsync(string description, long bytes, Action<IProgress<long>> work)
    {
        if (!IsLive)
        {
            Line(description + " …");
            await Task.Run(() => work(new Progress<long>())).ConfigureAwait(false);
            return;
        }

        await console.Progress().AutoClear(false).Columns(Columns()).StartAsync(
            context => Task.Run(() => work(new ByteBar(context.AddTask(description, maxValue: bytes))))).ConfigureAwait(false);
    }

    /// <summary>A step whose length is not known.</summary>
    public TResult Step<TResult>(string description, Func<TResult> work)
    {
        if (IsLive)
        {
            return console.Status().Start(description.EscapeMarkup(), _ => work());
        }

        Line(description);
        return work();
    }

    /// <summary>A drawn table's width where texts are broken into lines; numbers are not to be broken.</summary>
    private static int LeastWidth(IReadOnlyList<Column> columns, int[] widths)
    {
        const int Text = 16, Border = 3;
        return widths.Select((width, i) => columns[i].IsText ? Math.Min(width, Text) : width).Sum() + (Border * widths.Length) + 1;
    }

    private void PlainTable(IReadOnlyList<Column> columns, IReadOnlyList<IReadOnlyList<string>> rows, int[] widths)
    {
        foreach (IReadOnlyList<string> row in rows.Prepend([.. columns.Select(column => column.Title)]))
        {
            Line(string.Join("  ", row.Select((cell, i) => columns[i].IsText ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))).TrimEnd());
        }
    }

    private static ProgressColumn[] Columns() =>
        [new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()];

    private static string Describe(PartitionedBuildStage stage) => stage switch
    {
        PartitionedBuildStage.Reading => "Reading rows",
        PartitionedBuildStage.Training => "Training partitions",
        PartitionedBuildStage.Assigning => "Assigning rows",
        _ => "Encoding rows",
    };

    private static string Describe(TrainingProgress progress) => string.Create(
        CultureInfo.InvariantCulture, $"epoch {progress.Epoch}/{progress.Epochs}, loss {progress.Loss:f4}, {progress.Rate:n0} pairs/s");

    private sealed class Bar(ProgressTask task) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            task.MaxValue = value.TotalPairs;
            task.Value = value.Pairs;
            task.Description = "Training: " + Describe(value);
        }
    }

    private sealed class StageBar(ProgressTask task) : IProgress<PartitionedBuildProgress>
    {
        public void Report(PartitionedBuildProgress value)
        {
            task.MaxValue = value.Total;
            task.Value = value.Done;
            task.Description = Describe(value.Stage);
        }
    }

    private sealed class StageLines(Terminal terminal) : IProgress<PartitionedBuildProgress>
    {
        private PartitionedBuildStage? _last;

        public void Report(PartitionedBuildProgress value)
        {
            if (_last != value.Stage)
            {
                terminal.Line(Describe(value.Stage) + " …");
                _last = value.Stage;
            }
        }
    }

    private sealed class ByteBar(ProgressTask task) : IProgress<long>
    {
        public void Report(long value) => task.Value = value;
    }

    private sealed class FileBar(ProgressTask task, string description) : IProgress<ReadProgress>
    {
        public void Report(ReadProgress value)
        {
            task.IsIndeterminate = value.TotalBytes is null;
            task.MaxValue = value.TotalBytes ?? 1;
            task.Value = value.TotalBytes is null ? 0 : value.Bytes;
            task.Description = $"{description}: {Counted.Of(value.Rows, "row")}".EscapeMarkup();
        }
    }

    private sealed class LinePerEpoch(Terminal terminal) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            // A run that goes on from a checkpoint does not begin with the first epoch.
            if (value.Pairs != value.TotalPairs / value.Epochs * value.Epoch)
            {
                return;
            }

            terminal.Line(string.Create(CultureInfo.InvariantCulture, $"  {Describe(value)}, {value.Remaining.TotalSeconds:f0} s left"));
        }
    }
}
