namespace ManagedRetrieval.Cli.Output;

/// <summary>A column of a table: text stands left, numbers stand right.</summary>
internal readonly record struct Column(string Title, bool IsText = false);
