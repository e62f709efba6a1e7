using System.Diagnostics;
using System.Globalization;
using ManagedRetrieval.Cli.ReferenceDocs;
using ManagedRetrieval.Demo.Models;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.Retrieval;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.JSInterop;

namespace ManagedRetrieval.Demo.Components;

/// <summary>The page: trains, searches, draws, saves and loads.</summary>
public sealed partial class DemoPage : IDisposable
{
    private const int K = 10;

    /// <summary>Rows on the map; of more items, every second, third and so on.</summary>
    private const int Mapped = 2000;

    private const long LargestFile = 64 << 20;

    /// <summary>Milliseconds between two looks at what training came to.</summary>
    private const int Refresh = 150;

    private static readonly string[] Examples = ["sort the elements of a list", "read all lines of a file", "wait for all tasks to finish", "random number"];

    private readonly Stopwatch _sinceShown = Stopwatch.StartNew();
    private ReferenceDocsDataset? _docs;
    private TrainingSession? _session;
    private Retriever<string, string, string>? _retriever;
    private ItemPlane? _plane;
    private CancellationTokenSource? _stop;
    private IReadOnlyList<ScoredCandidate<string>> _answers = [];
    private Browser? _browser;
    private ElementReference _canvas, _tip;
    private bool _isFiling;
    private int _seed = 1, _epochs = 8, _steps, _every = 1;
    private double _pause;
    private string _query = "", _status = "Reading the catalogue …", _answered = "", _filed = "";
    private string? _wrong;

    [Inject]
    private IJSRuntime JavaScript { get; set; } = null!;

    private bool IsBusy => _stop is not null || _isFiling;

    private double Done => _session?.Progress is { } progress ? (double)progress.Pairs / progress.TotalPairs : 0;

    /// <inheritdoc/>
    public void Dispose() => _stop?.Dispose();

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        _browser = await Browser.OpenAsync(JavaScript);
        _docs = await ItemCatalogue.ReadAsync(BreatheAsync);
        _status = $"{Count(_docs.Candidates.Count)} items, {Count(_docs.Train.Count)} sentences to learn from. Ready.";
        StateHasChanged();
    }

    private static string Count(int value) => Text("n0", value);

    private static string Text(string format, double value) => value.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>The type and member of a full name.</summary>
    private static string LastParts(string name) => name[(Dot(name) + 1)..];

    private static string FirstParts(string name) => Dot(name) is > 0 and int dot ? name[..dot] : "";

    private static int Dot(string name) => name.LastIndexOf('.') is > 0 and int last ? name.LastIndexOf('.', last - 1) : -1;

    /// <summary>Lets the browser draw and take what the user does.</summary>
    private async Task BreatheAsync()
    {
        if (_sinceShown.ElapsedMilliseconds > Refresh)
        {
            _sinceShown.Restart();
            StateHasChanged();
        }

        await Task.Delay(1);
    }

    private async Task TrainAsync()
    {
        (_seed, _epochs) = (Math.Clamp(_seed, 0, 999_999), Math.Clamp(_epochs, 1, 50));
        _steps = _epochs * DemoModel.Training(0, 1).StepsPerEpoch(_docs!.Train.Count);
        (_wrong, _filed, _status) = (null, "", "Training …");
        using (_stop = new CancellationTokenSource())
        {
            await _browser!.ForgetPausesAsync();
            _session = new TrainingSession(_docs, (ulong)_seed, _epochs, BreatheAsync);
            try
            {
                await ShowAsync(await _session.RunAsync(_stop.Token));
                _status = _session.WasStopped ? "Stopped. What was learnt so far can be searched." : "Trained.";
                _pause = await _browser.LongestPauseAsync();
            }
            catch (ArithmeticException error)
            {
                _status = error.Message;
            }
            finally
            {
                _stop = null;
            }
        }
    }

    private void Stop()
    {
        _stop?.Cancel();
        _status = "Stopping …";
    }

    /// <summary>Makes a model the one that is searched, and draws its items.</summary>
    private async Task ShowAsync(Retriever<string, string, string> retriever)
    {
        var index = (BruteForceIndex<string>)retriever.Index;
        int every = (index.Count + Mapped - 1) / Mapped;
        int[] rows = [.. Enumerable.Range(0, (index.Count + every - 1) / every).Select(i => i * every)];
        var embeddings = new Tensor<float>(new Shape(rows.Length, index.Dimensions));
        for (int i = 0; i < rows.Length; i++)
        {
            index.Embeddings.Row(rows[i]).CopyTo(embeddings.Row(i));
        }

        await BreatheAsync();
        _plane = ItemPlane.Of(embeddings);
        (_retriever, _every) = (retriever, every);
        await _browser!.ShowMapAsync(_canvas, _tip, _plane.Points, [.. rows.Select(row => index.Identifiers[row])]);
        await AskAsync(_query);
    }

    private Task Search(ChangeEventArgs change) => AskAsync(change.Value as string ?? "");

    private Task Ask(string example) => AskAsync(example);

    private Task AskAsync(string query)
    {
        _query = query;
        if (query.Trim().Length == 0)
        {
            return AnswerAsync([], "");
        }

        long start = Stopwatch.GetTimestamp();
        ScoredCandidate<string>[] answers;
        try
        {
            answers = _retriever!.Retrieve(query, K);
        }
        catch (Exception error) when (error is KeyNotFoundException or ArithmeticException)
        {
            // A model from elsewhere may know only certain queries, or have an embedding for one that is no number.
            return AnswerAsync([], error.Message);
        }

        string time = Text("0.0", Stopwatch.GetElapsedTime(start).TotalMilliseconds);

        // A query without a word is the zero vector, to which every item is alike.
        return Array.TrueForAll(answers, answer => answer.Score == 0)
            ? AnswerAsync([], "There is no word in that.")
            : AnswerAsync(answers, $"The best {answers.Length} of {Count(_retriever.Index.Count)} in {time} ms.");
    }

    private Task MoreLike(string name)
    {
        Tensor<float> embedding = _retriever!.Model.EmbedCandidates([IdentifierWords.Join(name)]);
        _query = "";
        return AnswerAsync(_retriever.Index.Search(embedding, K, [[name]])[0], $"Items like {name}.");
    }

    private async Task AnswerAsync(IReadOnlyList<ScoredCandidate<string>> answers, string answered)
    {
        (_answers, _answered) = (answers, answered);
        await _browser!.MarkAsync(_canvas, [.. answers.Select(answer => answer.Row % _every == 0 ? answer.Row / _every : -1)]);
    }

    private async Task SaveAsync()
    {
        _isFiling = true;
        try
        {
            byte[] bytes = await SnapshotFile.WriteAsync(_retriever!);
            await _browser!.DownloadAsync("model.safetensors", bytes);
            (_wrong, _filed) = (null, $"Saved model.safetensors, {Text("0.0", bytes.Length / 1e6)} MB.");
        }
        finally
        {
            _isFiling = false;
        }
    }

    private async Task LoadAsync(InputFileChangeEventArgs change)
    {
        IBrowserFile file = change.File;
        (_isFiling, _wrong, _filed) = (true, null, $"Reading {file.Name} …");
        try
        {
            if (file.Size > LargestFile)
            {
                throw new SnapshotFormatException($"{file.Name} has {Text("0", file.Size / 1e6)} MB; this page reads up to {LargestFile >> 20} MiB.");
            }

            using var bytes = new MemoryStream();
            using (Stream stream = file.OpenReadStream(LargestFile))
            {
                await stream.CopyToAsync(bytes);
            }

            Retriever<string, string, string> retriever = await SnapshotFile.ReadAsync(file.Name, bytes.ToArray());
            if (retriever.Index is not BruteForceIndex<string>)
            {
                throw new SnapshotFormatException($"{file.Name} holds an index of another kind; this page shows those of brute force.");
            }

            await ShowAsync(retriever);
            _filed = $"Loaded {file.Name}: {Count(retriever.Index.Count)} items of {retriever.Model.Dimensions} dimensions.";
        }
        catch (Exception error) when (error is SnapshotFormatException or IOException)
        {
            (_filed, _wrong) = ("", $"Not loaded; the model is as it was. {error.Message}");
        }
        finally
        {
            _isFiling = false;
        }
    }
}
