namespace ManagedRetrieval.Cli.Tests.EndToEnd;

/// <summary>Does something as soon as a text has been written, once.</summary>
internal sealed class WatchedWriter(string text, Action action) : StringWriter
{
    private bool _seen;

    public override void Write(string? value)
    {
        base.Write(value);
        Look();
    }

    public override void WriteLine(string? value)
    {
        base.WriteLine(value);
        Look();
    }

    private void Look()
    {
        if (!_seen && ToString().Contains(text, StringComparison.Ordinal))
        {
            _seen = true;
            action();
        }
    }
}
