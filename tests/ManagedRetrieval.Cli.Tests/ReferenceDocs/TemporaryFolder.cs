namespace ManagedRetrieval.Cli.Tests.ReferenceDocs;

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("managed-retrieval-").FullName;

    public string Write(string relativePath, string content)
    {
        string path = System.IO.Path.Combine([Path, .. relativePath.Split('/')]);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
