namespace ManagedRetrieval.Cli.ReferenceDocs;

/// <summary>The characters of a text from <paramref name="Start"/> up to <paramref name="End"/>, that one left out.</summary>
internal readonly record struct TextStretch(int Start, int End);
