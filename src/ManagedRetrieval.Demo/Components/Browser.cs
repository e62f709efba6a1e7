using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace ManagedRetrieval.Demo.Components;

/// <summary>What demo.js does for the page.</summary>
internal sealed class Browser
{
    private readonly IJSObjectReference _script;

    private Browser(IJSObjectReference script) => _script = script;

    /// <summary>Loads the script and begins to look at frames.</summary>
    public static async Task<Browser> OpenAsync(IJSRuntime runtime)
    {
        var browser = new Browser(await runtime.InvokeAsync<IJSObjectReference>("import", "./demo.js"));
        await browser._script.InvokeVoidAsync("watchFrames");
        return browser;
    }

    /// <summary>Measures pauses anew.</summary>
    public ValueTask ForgetPausesAsync() => _script.InvokeVoidAsync("forgetPauses");

    /// <summary>The longest time without a frame, in milliseconds.</summary>
    public ValueTask<double> LongestPauseAsync() => _script.InvokeAsync<double>("longestPause");

    /// <summary>Gives the user a file.</summary>
    public ValueTask DownloadAsync(string name, byte[] bytes) => _script.InvokeVoidAsync("download", name, bytes);

    /// <summary>Draws items; their titles show under the pointer.</summary>
    /// <param name="canvas">Where.</param>
    /// <param name="tip">The element that holds a title.</param>
    /// <param name="points">x and y of each item in turn, from −1 to 1.</param>
    /// <param name="titles">Of the items.</param>
    public ValueTask ShowMapAsync(ElementReference canvas, ElementReference tip, float[] points, string[] titles) =>
        _script.InvokeVoidAsync("showMap", canvas, tip, MemoryMarshal.AsBytes<float>(points).ToArray(), titles);

    /// <summary>Marks items on the map, the first as the best; −1 for one that is not there.</summary>
    public ValueTask MarkAsync(ElementReference canvas, int[] items) => _script.InvokeVoidAsync("markOnMap", canvas, items);
}
