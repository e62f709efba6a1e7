namespace ManagedRetrieval.Cli;

/// <summary>A failure that the user can understand and act on; its message is one line.</summary>
internal sealed class ToolException : Exception
{
    public ToolException()
    {
    }

    public ToolException(string message)
        : base(message)
    {
    }

    public ToolException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
