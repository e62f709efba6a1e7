using System.Diagnostics;
using ManagedRetrieval.Benchmarks.Adjacency;
using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.Readers;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Benchmarks.Training;

/// <summary>Trains on generated data, from the files to the figures.</summary>
internal sealed class TrainingBenchmark(WorkerTeam team, FigureReport report)
{
    private const double EpochSeconds = 6, EvaluationSeconds = 5;

    private static readonly RankMetric[] Metrics = [RankMetric.Recall(20), RankMetric.Ndcg(20)];

    /// <summary>Runs it all.</summary>
    /// <param name="setting">The data.</param>
    /// <param name="epochs">How often every pair is seen.</param>
    /// <returns>What the data looks like.</returns>
    public async Task<AdjacencyFigures> RunAsync(AdjacencySetting setting, int epochs)
    {
        (InteractionSplit split, AdjacencyFigures figures) = await PrepareAsync(setting);
        Run(split, epochs);
        return figures;
    }

    /// <summary>All that needs the generated data itself, which is then let go: the memory of training is measured without it.</summary>
    private async Task<(InteractionSplit Split, AdjacencyFigures Figures)> PrepareAsync(AdjacencySetting setting)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("adjacency");
        try
        {
            AdjacencyData data = Generate(setting, folder.FullName);
            var figures = new AdjacencyFigures(data);
            Console.WriteLine(figures);
            long start = Stopwatch.GetTimestamp();
            InteractionSplit split = await ReadAsync(folder.FullName);
            report.Add(new Figure("read", Seconds(start), "s"));
            if (split.Train.Count != figures.Interactions - figures.HeldOut || split.Test.Count != figures.HeldOut)
            {
                throw new InvalidOperationException($"{split.Train.Count} and {split.Test.Count} interactions were read of the {figures.Interactions} that were written.");
            }

            Evaluate("planted taste", () => Taste(data, split.Train), split);
            return (split, figures);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private AdjacencyData Generate(AdjacencySetting setting, string folder)
    {
        long start = Stopwatch.GetTimestamp();
        AdjacencyData data = AdjacencyGenerator.Generate(setting);
        data.Write(folder);
        report.Add(new Figure("generate and write", Seconds(start), "s"));
        return data;
    }

    private static async Task<InteractionSplit> ReadAsync(string folder)
    {
        FileRowSource Source(string name) => new(Path.Combine(folder, name), RowFormat.Adjacency);
        var columns = new InteractionColumns { UserKeys = KeyKind.Number, ItemKeys = KeyKind.Number };
        return (await InteractionSplit.ReadAsync(Source("train.txt"), validation: null, Source("test.txt"), columns)).Split;
    }

    private void Run(InteractionSplit split, int epochs)
    {
        Evaluate("popularity", () => Popularity(split.Train), split);
        IReadOnlyList<long> users = split.Train.Users.Numbers, items = split.Train.Items.Numbers;
        var model = new TwoTowerModel<long, long>(
            new IdFeature<long>(new Vocabulary<long>(users, outOfVocabularyBuckets: 0)),
            new IdFeature<long>(new Vocabulary<long>(items, outOfVocabularyBuckets: 0)),
            TrainingSetting.Towers);
        Train(model, split.Train, epochs);
        double seconds = Evaluate("model", () => (model.EmbedQueries(users, team), model.EmbedCandidates(items, team)), split);
        report.Add(new Figure("evaluation of all users", seconds, "s") { Target = EvaluationSeconds });
    }

    private void Train(TwoTowerModel<long, long> model, InteractionLog pairs, int epochs)
    {
        long[] queries = [.. pairs.UserColumn.ToArray().Select(user => pairs.Users.Numbers[user])];
        RetrievalDataset data = RetrievalDataset.Encode(model, queries, pairs.Items.Numbers, pairs.ItemColumn);
        var trainer = new Trainer(model, new RetrievalTask<float>(TrainingSetting.Task), TrainingSetting.Optimizer(), team);
        var meter = new AllocationMeter();
        double[] seconds = new double[epochs];
        for (int epoch = 1; epoch <= epochs; epoch++)
        {
            meter.Begin(epoch);
            long start = Stopwatch.GetTimestamp();
            TimeSpan used = Environment.CpuUsage.TotalTime;
            EpochResult result = trainer.Fit(data, TrainingSetting.Epoch, meter)[0];
            used = Environment.CpuUsage.TotalTime - used;
            seconds[epoch - 1] = Seconds(start);
            report.AddEpoch(
                epoch,
                new Figure("time", seconds[epoch - 1], "s"),
                new Figure("processors", used.TotalSeconds / seconds[epoch - 1], ""),
                new Figure("loss", result.Loss, ""),
                new Figure("working set", Environment.WorkingSet / 1e6, "MB"),
                new Figure("managed heap", GC.GetTotalMemory(forceFullCollection: true) / 1e6, "MB"));
        }

        report.Add(new Figure("median epoch", seconds.Order().ElementAt(epochs / 2), "s") { Target = EpochSeconds });
        report.Add(new Figure("slowest epoch", seconds.Max(), "s"));
        report.Add(new Figure("allocated per step, median window", meter.Median, "B") { Target = 0 });
        report.Add(new Figure("windows without allocation", meter.ShareOfNone, ""));
        report.Add(new Figure("allocated per step, largest window", meter.Most, "B"));
    }

    /// <summary>How often each item was dealt with, as embeddings of one dimension: exact, since float counts to 2²⁴.</summary>
    private static (Tensor<float> Users, Tensor<float> Items) Popularity(InteractionLog pairs)
    {
        Tensor<float> users = new(new Shape(pairs.Users.Count, 1)), items = new(new Shape(pairs.Items.Count, 1));
        users.Span.Fill(1);
        foreach (int item in pairs.ItemColumn)
        {
            items.Span[item]++;
        }

        return (users, items);
    }

    /// <summary>The planted chances in the order of the log's keys: what the best of models would know.</summary>
    private static (Tensor<float> Users, Tensor<float> Items) Taste(AdjacencyData data, InteractionLog pairs)
    {
        (Tensor<float> users, Tensor<float> items) = AdjacencyGenerator.Taste(data);
        return (Pick(users, pairs.Users.Numbers), Pick(items, pairs.Items.Numbers));
    }

    private static Tensor<float> Pick(Tensor<float> rows, IReadOnlyList<long> numbers)
    {
        var picked = new Tensor<float>(new Shape(numbers.Count, rows.Shape[1]));
        for (int i = 0; i < numbers.Count; i++)
        {
            rows.Row((int)numbers[i]).CopyTo(picked.Row(i));
        }

        return picked;
    }

    /// <summary>Ranks the items held out of every user among all items but those known, and reports the metrics.</summary>
    /// <returns>The seconds of it all.</returns>
    private double Evaluate(string name, Func<(Tensor<float> Users, Tensor<float> Items)> embed, InteractionSplit split)
    {
        long start = Stopwatch.GetTimestamp();
        (Tensor<float> users, Tensor<float> items) = embed();
        double embedded = Seconds(start);
        QueryRanks ranks = FactorizedTopK.Rank(users, items, ItemsOfUsers.Of(split.Test), excluded: ItemsOfUsers.Of(split.Train), team);
        double ranked = Seconds(start);
        double[] values = [.. Metrics.Select(metric => metric.Of(ranks))];
        double seconds = Seconds(start);
        foreach ((RankMetric metric, double value) in Metrics.Zip(values))
        {
            report.Add(new Figure($"{name} {metric.Name}", value, ""));
        }

        report.Add(new Figure($"{name} embedding", embedded, "s"));
        report.Add(new Figure($"{name} ranking", ranked - embedded, "s"));
        report.Add(new Figure($"{name} metrics", seconds - ranked, "s"));
        return seconds;
    }

    private static double Seconds(long start) => Stopwatch.GetElapsedTime(start).TotalSeconds;
}
