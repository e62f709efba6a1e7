using Microsoft.Playwright;

namespace ManagedRetrieval.Demo.Tests;

/// <summary>The page in a window; closed, it says what it should not have done.</summary>
internal sealed class DemoPage : IAsyncDisposable
{
    private readonly List<string> _faults = [];

    public DemoPage(IPage page, string address)
    {
        Page = page;
        page.Console += (_, message) => Note(message.Type is "error" or "warning", $"console: {message.Text}");
        page.PageError += (_, error) => Note(true, $"script: {error}");
        page.Request += (_, request) =>
            Note(!request.Url.StartsWith(address, StringComparison.Ordinal) && !request.Url.StartsWith("blob:" + address, StringComparison.Ordinal), $"asked for {request.Url}");
        page.Response += (_, response) => Note(response.Status >= 400, $"{response.Status} of {response.Url}");
    }

    public IPage Page { get; }

    /// <summary>Types a query as a user does and returns the answers' full names with their scores.</summary>
    public async Task<string[]> AskAsync(string query)
    {
        await Page.FillAsync("#query", "");
        await Assertions.Expect(Page.Locator(".answers li")).ToHaveCountAsync(0);
        await Page.Locator("#query").PressSequentiallyAsync(query);
        await Assertions.Expect(Page.Locator("#answered")).ToContainTextAsync("The best 10 of");
        return await AnswersAsync();
    }

    public async Task<string[]> AnswersAsync()
    {
        IReadOnlyList<string> lines = await Page.Locator(".answers li").AllInnerTextsAsync();
        return [.. lines.Select(line => line.Replace("More like this", "", StringComparison.Ordinal).Trim())];
    }

    public Task LoadAsync(string name, byte[] bytes) =>
        Page.SetInputFilesAsync("#load", new FilePayload { Name = name, MimeType = "application/octet-stream", Buffer = bytes });

    public async ValueTask DisposeAsync()
    {
        await Page.CloseAsync();
        Assert.Empty(_faults);
    }

    private void Note(bool isFault, string fault)
    {
        if (isFault)
        {
            _faults.Add(fault);
        }
    }
}
