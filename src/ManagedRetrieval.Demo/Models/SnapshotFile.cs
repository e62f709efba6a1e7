using ManagedRetrieval.Persistence;
using ManagedRetrieval.Retrieval;

namespace ManagedRetrieval.Demo.Models;

/// <summary>A retriever's file as bytes. A browser has files in memory alone, so it passes through one of them.</summary>
internal static class SnapshotFile
{
    /// <summary>The bytes that <see cref="Retriever{TQuery, TCandidate, TId}.SaveAsync"/> writes.</summary>
    public static async Task<byte[]> WriteAsync(Retriever<string, string, string> retriever)
    {
        string path = Path.Combine(Path.GetTempPath(), "saved.safetensors");
        try
        {
            await retriever.SaveAsync(path);
            return await File.ReadAllBytesAsync(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>The retriever of a file's bytes.</summary>
    /// <param name="name">The file's name, which messages give.</param>
    /// <param name="bytes">What it holds.</param>
    /// <exception cref="SnapshotFormatException">It is no model of texts, or a damaged one; the message says what is wrong.</exception>
    public static async Task<Retriever<string, string, string>> ReadAsync(string name, byte[] bytes)
    {
        string folder = Path.GetTempPath(), path = Path.Combine(folder, "loaded.safetensors");
        try
        {
            await File.WriteAllBytesAsync(path, bytes);
            return await Retriever<string, string, string>.LoadAsync(path);
        }
        catch (SnapshotFormatException error)
        {
            throw new SnapshotFormatException(error.Message.Replace(path, name, StringComparison.Ordinal), error);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
