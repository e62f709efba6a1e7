using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.FuzzHost;

/// <summary>A tensor of a file that is taken apart.</summary>
internal sealed record FileTensor(string Name, SafetensorsType Type, long[] Shape, byte[] Data)
{
    /// <summary>The tensors of a file and its metadata; no tensors where it is not well-formed.</summary>
    public static (List<FileTensor> Tensors, Dictionary<string, string> Metadata) Split(byte[] file)
    {
        var tensors = new List<FileTensor>();
        if (!FileSeal.TryHeader(file, out int length) || FileSeal.Parse(file, length) is not { } parsed)
        {
            return (tensors, []);
        }

        foreach (SafetensorsInfo tensor in parsed.Tensors)
        {
            long start = SafetensorsHeader.PrefixBytes + length + tensor.Begin, end = start + tensor.ByteLength;
            if (start < 0 || end < start || end > file.Length)
            {
                return ([], parsed.Metadata);
            }

            tensors.Add(new FileTensor(tensor.Name, tensor.Type, [.. tensor.Shape], file[(int)start..(int)end]));
        }

        return (tensors, parsed.Metadata);
    }

    /// <summary>A file of tensors in this order, with their checksums.</summary>
    public static byte[] Join(IReadOnlyList<FileTensor> tensors, Dictionary<string, string> metadata)
    {
        metadata.Remove(SafetensorsHeader.HeaderChecksumKey);
        metadata.Remove(SafetensorsHeader.TensorChecksumsKey);
        var infos = new List<SafetensorsInfo>();
        long offset = 0;
        foreach (FileTensor tensor in tensors)
        {
            infos.Add(new SafetensorsInfo(tensor.Name, tensor.Type, tensor.Shape, offset, offset += tensor.Data.Length));
        }

        return [.. SafetensorsHeader.Build(infos, [.. tensors.Select(tensor => XxHash64.Hash(tensor.Data))], metadata), .. tensors.SelectMany(tensor => tensor.Data)];
    }
}
