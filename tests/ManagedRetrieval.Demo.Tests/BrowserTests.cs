using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ManagedRetrieval.Demo.Tests;

/// <summary>The published page in a browser. Every page that is opened must end without an error, and ask for nothing but its own files.</summary>
public partial class BrowserTests(DemoFixture demo) : IClassFixture<DemoFixture>
{
    [BrowserFact]
    public async Task Training_lowers_the_loss_and_finds_items_of_sentences_it_never_saw()
    {
        TrainedModel trained = await demo.TrainedAsync();
        Match losses = Losses().Match(trained.Curve);
        Assert.True(losses.Success, trained.Curve);
        double first = double.Parse(losses.Groups[1].Value, CultureInfo.InvariantCulture), last = double.Parse(losses.Groups[2].Value, CultureInfo.InvariantCulture);
        Assert.True(last < 0.5 * first, trained.Curve);
        Assert.InRange(trained.Found, 20, 100);
        Assert.Contains(trained.Answers.Take(3), answer => answer.Contains("Sort", StringComparison.Ordinal) || answer.Contains("Order", StringComparison.Ordinal));
    }

    [BrowserFact]
    public async Task A_saved_model_answers_the_same_when_it_is_loaded_into_another_page()
    {
        TrainedModel trained = await demo.TrainedAsync();
        await using DemoPage page = await demo.OpenTrainedAsync();
        Assert.Equal(trained.Answers, await page.AskAsync("sort the elements of a list"));
    }

    [BrowserFact]
    public async Task Answers_change_with_every_word_that_is_typed()
    {
        await using DemoPage page = await demo.OpenTrainedAsync();
        string[] random = await page.AskAsync("random");
        Assert.Contains(random, answer => answer.Contains("Random", StringComparison.Ordinal));
        await page.Page.Locator("#query").PressSequentiallyAsync(" file name");
        await Expect(page.Page.Locator("#query")).ToHaveValueAsync("random file name");
        await Expect(page.Page.Locator(".answers li").First).Not.ToHaveTextAsync(random[0]);
        Assert.NotEqual(random, await page.AnswersAsync());
        await page.Page.FillAsync("#query", "?!");
        await Expect(page.Page.Locator("#answered")).ToHaveTextAsync("There is no word in that.");
    }

    [BrowserFact]
    public async Task More_like_this_never_answers_with_the_item_itself()
    {
        await using DemoPage page = await demo.OpenTrainedAsync();
        await page.AskAsync("read all lines of a file");
        string name = (await page.Page.Locator(".like").First.GetAttributeAsync("aria-label"))!["More like ".Length..];
        await page.Page.Locator(".like").First.ClickAsync();
        await Expect(page.Page.Locator("#answered")).ToHaveTextAsync($"Items like {name}.");
        string?[] names = await page.Page.Locator(".like").EvaluateAllAsync<string?[]>("buttons => buttons.map(button => button.getAttribute('aria-label'))");
        Assert.Equal(10, names.Length);
        Assert.DoesNotContain($"More like {name}", names);
    }

    [BrowserFact]
    public async Task Stopped_it_keeps_what_it_has_learnt_so_far()
    {
        await using DemoPage page = await demo.OpenAsync();
        await page.Page.FillAsync("#epochs", "50");
        await page.Page.ClickAsync("#start");
        await page.Page.Locator(".curve").WaitForAsync();
        await page.Page.ClickAsync("#stop");
        await Expect(page.Page.Locator("#status")).ToContainTextAsync("Stopped.", new() { Timeout = 60_000 });
        Assert.StartsWith("1 of 50", (await page.Page.InnerTextAsync(".facts dd")).Trim(), StringComparison.Ordinal);
        Assert.Equal(10, (await page.AskAsync("copy a file")).Length);
        await Expect(page.Page.Locator("#start")).ToBeEnabledAsync();
    }

    [BrowserFact]
    public async Task A_file_that_is_no_model_or_a_damaged_one_is_refused_by_name_and_leaves_the_model_alone()
    {
        byte[] snapshot = (await demo.TrainedAsync()).Snapshot, damaged = [.. snapshot];
        damaged[^100] ^= 0x40;
        await using DemoPage page = await demo.OpenTrainedAsync();
        string[] before = await page.AskAsync("copy a file");
        foreach ((string name, byte[] bytes) in new[] { ("holiday.safetensors", "Not a model at all."u8.ToArray()), ("cut.safetensors", snapshot[..1000]), ("flipped.safetensors", damaged), ("empty.safetensors", []) })
        {
            await page.LoadAsync(name, bytes);
            await Expect(page.Page.Locator("#wrong")).ToContainTextAsync(name);
            Assert.StartsWith("Not loaded; the model is as it was.", await page.Page.InnerTextAsync("#wrong"), StringComparison.Ordinal);
        }

        Assert.Equal(before, await page.AskAsync("copy a file"));
    }

    [BrowserFact]
    public async Task The_map_names_an_item_under_the_pointer_and_goes_through_the_answers_by_keys()
    {
        await using DemoPage page = await demo.OpenTrainedAsync();
        await page.AskAsync("random number");
        string best = (await page.Page.Locator(".like").First.GetAttributeAsync("aria-label"))!["More like ".Length..];
        await Expect(page.Page.Locator("#maptip")).ToBeHiddenAsync();
        await page.Page.FocusAsync("#map");
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await Expect(page.Page.Locator("#maptip")).ToHaveTextAsync(best);
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await Expect(page.Page.Locator("#maptip")).Not.ToHaveTextAsync(best);
        await page.Page.Locator("#map").BlurAsync();
        await Expect(page.Page.Locator("#maptip")).ToBeHiddenAsync();

        // Some item lies under some point of a grid.
        LocatorBoundingBoxResult map = (await page.Page.Locator("#map").BoundingBoxAsync())!;
        bool named = false;
        for (int i = 1; i < 10 && !named; i++)
        {
            await page.Page.Mouse.MoveAsync(map.X + (map.Width * i / 10), map.Y + (map.Height / 2));
            named = await page.Page.Locator("#maptip").IsVisibleAsync();
        }

        Assert.True(named);
    }

    [BrowserFact]
    public async Task Kernels_search_and_loss_agree_with_plain_loops_in_the_browser()
    {
        await using DemoPage page = await demo.OpenAsync("?check");
        await Expect(page.Page.Locator("#verdict")).Not.ToHaveTextAsync("Checking …", new() { Timeout = 120_000 });
        Assert.Equal("All agree.", await page.Page.InnerTextAsync("#verdict"));
        Assert.InRange(await page.Page.Locator("tbody tr").CountAsync(), 8, 100);
        Assert.Contains("WebAssembly SIMD", await page.Page.InnerTextAsync("header"), StringComparison.Ordinal);
    }

    [BrowserFact]
    public async Task No_width_scrolls_sideways_in_light_or_dark()
    {
        foreach ((string name, int width, ColorScheme scheme) in new[] { ("light", 1280, ColorScheme.Light), ("dark", 1280, ColorScheme.Dark), ("narrow", 390, ColorScheme.Light), ("narrow-dark", 390, ColorScheme.Dark) })
        {
            await using DemoPage page = await demo.OpenTrainedAsync(width, 900, scheme);
            await page.AskAsync("sort the elements of a list");
            Assert.Equal(width, await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
            await page.Page.ScreenshotAsync(new() { Path = Path.Combine(Published.Pictures, name + ".png"), FullPage = true });
        }
    }

    [GeneratedRegex(@"fell from ([\d.]+) to ([\d.]+)")]
    private static partial Regex Losses();
}
