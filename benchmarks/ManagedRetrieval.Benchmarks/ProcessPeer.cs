using System.Diagnostics;
using System.Text.Json;

namespace ManagedRetrieval.Benchmarks;

/// <summary>A peer in a process of its own that is told line by line what to do: see <c>benchmarks/peers/peer.py</c>.</summary>
/// <param name="name">Whom the process shall be.</param>
internal sealed class ProcessPeer(string name) : IDisposable
{
    private static readonly JsonSerializerOptions Names = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Where Debian's packages are; another Python does not see them.</summary>
    private const string DebiansPython = "/usr/bin/python3";

    private Process? _process;
    private string? _obstacle;

    /// <summary>Who it is.</summary>
    public string Name => name;

    /// <summary>The peer's versions; null until it has been asked for.</summary>
    public string? Version { get; private set; }

    /// <summary>Why it cannot be had; null where it runs.</summary>
    public string? Obstacle
    {
        get
        {
            if (_process is null && _obstacle is null)
            {
                Start();
            }

            return _obstacle;
        }
    }

    /// <summary>Has it do something, and waits for its answer.</summary>
    public JsonElement Ask(object request)
    {
        _process!.StandardInput.WriteLine(JsonSerializer.Serialize(request, Names));
        return Answer();
    }

    /// <summary>Seconds that it takes to do its work so many times.</summary>
    public double Run(int repetitions) => Ask(new { Do = "run", Repetitions = repetitions }).GetProperty("seconds").GetDouble();

    /// <summary>The last run's result.</summary>
    public TNumber[] Result<TNumber>(int count)
        where TNumber : unmanaged
    {
        using var file = new NumberFile();
        Ask(new { Do = "result", file.Path });
        return file.Read<TNumber>(count);
    }

    public void Dispose()
    {
        if (_process is not null)
        {
            // It ends when there is nothing more to read.
            _process.StandardInput.Close();
            _process.WaitForExit();
            _process.Dispose();
            _process = null;
        }
    }

    private void Start()
    {
        string script = Path.Combine(AppContext.BaseDirectory, "peer.py");
        if (!File.Exists(DebiansPython))
        {
            _obstacle = $"{DebiansPython} is missing";
            return;
        }

        _process = Process.Start(new ProcessStartInfo(DebiansPython, [script, name]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        JsonElement hello = Answer();
        if (hello.TryGetProperty("missing", out JsonElement missing))
        {
            _obstacle = $"{missing.GetString()} is not installed; benchmarks/peers/install.sh installs it";
            Dispose();
        }
        else
        {
            Version = hello.GetProperty("version").GetString();
        }
    }

    private JsonElement Answer()
    {
        string line = _process!.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"The process of {name} has ended.");
        return JsonSerializer.Deserialize<JsonElement>(line);
    }
}
