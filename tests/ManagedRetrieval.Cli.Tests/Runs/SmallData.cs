using System.Globalization;
using System.Text.Json;
using ManagedRetrieval.Cli.Tests.EndToEnd;
using ManagedRetrieval.Cli.Tests.ReferenceDocs;
using Parquet;
using Parquet.Schema;

namespace ManagedRetrieval.Cli.Tests.Runs;

/// <summary>30 users of whom each likes one half of 40 items, written in every format, and a place for what the tool makes of them.</summary>
internal sealed class SmallData : IDisposable
{
    public const int Users = 30, Items = 40, EachUser = 10;

    /// <summary>A model of ids that learns in moments.</summary>
    public const string Ids = """
        {
          "dimensions": 8,
          "query": { "features": [{ "type": "id", "from": "user" }] },
          "candidate": { "features": [{ "type": "id", "from": "item" }] },
          "task": { "temperature": 0.1 },
          "optimizer": { "learning_rate": 0.05 },
          "training": { "epochs": 3, "batch_size": 32 }
        }
        """;

    private readonly TemporaryFolder _folder = new();

    public static IReadOnlyList<(string User, string Item, long Time)> Rows { get; } =
    [
        .. Enumerable.Range(0, EachUser * Users).Select(row =>
        {
            (int round, int user) = Math.DivRem(row, Users);
            return ($"u{user}", $"i{(user % 2 * Items / 2) + (((user * 7) + (round * (user % 3 == 0 ? 3 : 9))) % (Items / 2))}", 1_700_000_000L + (row * 4_321L));
        }),
    ];

    public string Out => At("out");

    public string Model => At("out/model.safetensors");

    public string Report => At("out/report.html");

    public string Json => At("figures.json");

    public string Csv => WriteCsv("data.csv", Rows);

    public string ItemTable => Write("items.csv", "item,title,genres,price,vec\n" + string.Concat(Enumerable.Range(0, Items).Select(i =>
        string.Create(CultureInfo.InvariantCulture, $"i{i},Title {i % 7} of {i},{(i < Items / 2 ? "drama" : "comedy")}|g{i % 3},{i * 1.5},{i / 40.0}|{1 - (i / 40.0)}\n"))));

    public string UserTable => Write("users.csv", "user,age,about\n" + string.Concat(Enumerable.Range(0, Users).Select(i => $"u{i},{20 + i},person {i} of the {(i % 2 == 0 ? "first" : "second")} half\n")));

    public string At(string path) => Path.Combine([_folder.Path, .. path.Split('/')]);

    public string Write(string path, string text) => _folder.Write(path, text);

    /// <summary>Writes a model and gives its file.</summary>
    public string Config(string name, string json = Ids) => Write(name + ".json", json);

    public string WriteCsv(string name, IEnumerable<(string User, string Item, long Time)> rows, string header = "user,item,time") => Write(
        name, header + "\n" + string.Concat(rows.Select(row => $"{row.User},{row.Item},{row.Time}\n")));

    public string WriteTsv(string name) => Write(name, "user\titem\ttime\n" + string.Concat(Rows.Select(row => $"{row.User}\t{row.Item}\t{row.Time}\n")));

    public string WriteJsonLines(string name) => Write(name, string.Concat(Rows.Select(row => $$"""{"user": "{{row.User}}", "item": "{{row.Item}}", "time": {{row.Time}}}""" + "\n")));

    /// <summary>Users and items as numbers, each user's items in one line; the last item is left for the test, or is alone.</summary>
    public string WriteAdjacency(string name, bool test) => Write(name, string.Concat(Rows.GroupBy(row => row.User[1..]).Select(user =>
        $"{user.Key} {string.Join(' ', (test ? user.TakeLast(1) : user.SkipLast(1)).Select(row => row.Item[1..]))}\n")));

    public async Task<string> WriteParquetAsync(string name)
    {
        var schema = new ParquetSchema(new DataField<string>("user"), new DataField<string>("item"), new DataField<long>("time"));
        string path = At(name);
        await using FileStream stream = File.Create(path);
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(schema, stream);
        using ParquetRowGroupWriter group = writer.CreateRowGroup();
        await group.WriteAsync(schema.DataFields[0], Rows.Select(row => row.User).ToArray());
        await group.WriteAsync(schema.DataFields[1], Rows.Select(row => row.Item).ToArray());
        await group.WriteAsync<long>(schema.DataFields[2], Rows.Select(row => row.Time).ToArray());
        return path;
    }

    /// <summary>Trains on the table of interactions with its times, and with the figures in <see cref="Json"/>.</summary>
    public Task<ToolResult> TrainAsync(params string[] arguments) =>
        InProcess.RunAsync(["train", "--data", Csv, "--time", "time", "--workers", "2", "--out", Out, "--json", Json, .. arguments]);

    /// <summary>Evaluates the model on the table, with the figures in the given file.</summary>
    public Task<ToolResult> EvaluateAsync(string json, params string[] arguments) =>
        InProcess.RunAsync(["evaluate", Model, "--data", Csv, "--time", "time", "--workers", "2", "--json", json, .. arguments]);

    /// <summary>Part of the figures, as it is written.</summary>
    public static string Figures(string file, params string[] path)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(file));
        JsonElement element = document.RootElement;
        foreach (string key in path)
        {
            element = element.GetProperty(key);
        }

        return JsonSerializer.Serialize(element);
    }

    public void Dispose() => _folder.Dispose();
}
