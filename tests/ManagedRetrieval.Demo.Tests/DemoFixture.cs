using System.Globalization;
using Microsoft.Playwright;

namespace ManagedRetrieval.Demo.Tests;

/// <summary>A server, a browser, and one model that was trained in it.</summary>
public sealed class DemoFixture : IAsyncLifetime
{
    private DemoServer? _server;
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private TrainedModel? _trained;

    /// <summary>Starts what the tests need; nothing where they are skipped.</summary>
    public async Task InitializeAsync()
    {
        if (new BrowserFactAttribute().Skip is not null)
        {
            return;
        }

        _server = await DemoServer.StartAsync(Published.Page);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Published.Browser,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    /// <summary>Opens the page in a window of its own and waits until it can be used.</summary>
    internal async Task<DemoPage> OpenAsync(string query = "", int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light)
    {
        IPage page = await _browser!.NewPageAsync(new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme });
        page.SetDefaultTimeout(120_000);
        var opened = new DemoPage(page, _server!.Address);
        await page.GotoAsync($"{_server.Address}/{query}");
        await page.Locator(query.Length == 0 ? "#start:enabled" : "#verdict").WaitForAsync();
        return opened;
    }

    /// <summary>Opens the page with the trained model loaded.</summary>
    internal async Task<DemoPage> OpenTrainedAsync(int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light)
    {
        TrainedModel trained = await TrainedAsync();
        DemoPage page = await OpenAsync("", width, height, scheme);
        await page.LoadAsync("model.safetensors", trained.Snapshot);
        await Assertions.Expect(page.Page.Locator("#filed")).ToContainTextAsync("Loaded", new() { Timeout = 60_000 });
        return page;
    }

    /// <summary>The model of the page's defaults, trained once: the tests of a class run one after the other.</summary>
    internal async Task<TrainedModel> TrainedAsync() => _trained ??= await TrainAsync();

    private async Task<TrainedModel> TrainAsync()
    {
        await using DemoPage demo = await OpenAsync();
        await demo.Page.ClickAsync("#start");
        await Assertions.Expect(demo.Page.Locator("#status")).ToHaveTextAsync("Trained.", new() { Timeout = 180_000 });
        string curve = await demo.Page.Locator(".curve").GetAttributeAsync("aria-label") ?? "";
        string[] figures = await Task.WhenAll(new[] { "#seconds", "#pause", "#found", "#vectors" }.Select(place => demo.Page.InnerTextAsync(place)));
        string[] answers = await demo.AskAsync("sort the elements of a list");
        await demo.Page.ScreenshotAsync(new() { Path = Path.Combine(Published.Pictures, "trained.png"), FullPage = true });
        IDownload download = await demo.Page.RunAndWaitForDownloadAsync(() => demo.Page.ClickAsync("#save"));
        string path = Path.Combine(Path.GetTempPath(), $"demo-{Guid.NewGuid():N}.safetensors");
        await download.SaveAsAsync(path);
        byte[] snapshot = await File.ReadAllBytesAsync(path);
        File.Delete(path);
        await File.WriteAllTextAsync(
            Path.Combine(Published.Output, "demo-figures.txt"),
            string.Create(CultureInfo.InvariantCulture, $"seconds_of_training {Number(figures[0])}\nlongest_milliseconds_without_a_frame {Number(figures[1])}\npercent_of_new_sentences_found_in_first_10 {Number(figures[2])}\nbytes_of_snapshot {snapshot.Length}\nvectors {figures[3]}\n"));
        return new TrainedModel(curve, Number(figures[2]), answers, snapshot);
    }

    private static double Number(string text) => double.Parse(text.Split(' ')[0], CultureInfo.InvariantCulture);
}
