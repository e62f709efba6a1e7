using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;

namespace ManagedRetrieval.Demo.Tests;

/// <summary>Serves the published files, as any server of files would.</summary>
internal sealed class DemoServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private DemoServer(WebApplication application) => _application = application;

    /// <summary>Where it listens.</summary>
    public string Address => _application.Urls.First();

    public static async Task<DemoServer> StartAsync(string folder)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication application = builder.Build();
        application.UseFileServer(new FileServerOptions
        {
            FileProvider = new PhysicalFileProvider(folder),
            StaticFileOptions = { ServeUnknownFileTypes = true },
        });
        await application.StartAsync();
        return new DemoServer(application);
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
