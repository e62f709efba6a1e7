using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.FuzzHost;

/// <summary>Changes a sound file into another sound one, whose tensors are not what its description says.</summary>
internal static class TensorEdits
{
    public static byte[] Edit(byte[] file, Random random)
    {
        if (!FileSeal.TryHeader(file, out int length) || FileSeal.Parse(file, length) is not { Tensors: [_, ..] } parsed)
        {
            return file;
        }

        var tensors = new List<(string Name, SafetensorsType Type, long[] Shape, byte[] Data)>();
        foreach (SafetensorsInfo tensor in parsed.Tensors)
        {
            long start = SafetensorsHeader.PrefixBytes + length + tensor.Begin, end = start + tensor.ByteLength;
            if (start < 0 || end < start || end > file.Length)
            {
                return file;
            }

            tensors.Add((tensor.Name, tensor.Type, [.. tensor.Shape], file[(int)start..(int)end]));
        }

        int at = random.Next(tensors.Count), other = random.Next(tensors.Count);
        (string name, SafetensorsType type, long[] shape, byte[] data) = tensors[at];
        switch (random.Next(8))
        {
            case 0:
                tensors.RemoveAt(at);
                break;
            case 1:
                tensors[at] = (tensors[other].Name + "x", type, shape, data);
                break;
            case 2:
                tensors[at] = (name, tensors[other].Type, tensors[other].Shape, tensors[other].Data);
                break;
            case 3:
                tensors[at] = (name, type, [.. shape.Reverse()], data);
                break;
            case 4:
                tensors[at] = (name, type, [data.Length / type.Size()], data);
                break;
            case 5:
                tensors[at] = (name, type, [1, .. shape], data);
                break;
            case 6 when shape is [> 0, ..]:
                // One row less, or one more.
                int row = data.Length / (int)shape[0];
                long rows = shape[0] + (random.Next(2) == 0 ? -1 : 1);
                Array.Resize(ref data, (int)rows * row);
                tensors[at] = (name, type, [rows, .. shape[1..]], data);
                break;
            default:
                var narrow = (SafetensorsType)random.Next(8);
                tensors[at] = (name, narrow, [data.Length / narrow.Size()], data[..(data.Length / narrow.Size() * narrow.Size())]);
                break;
        }

        parsed.Metadata.Remove(SafetensorsHeader.HeaderChecksumKey);
        parsed.Metadata.Remove(SafetensorsHeader.TensorChecksumsKey);
        var infos = new List<SafetensorsInfo>();
        long offset = 0;
        foreach ((string title, SafetensorsType kind, long[] lengths, byte[] payload) in tensors)
        {
            infos.Add(new SafetensorsInfo(title, kind, lengths, offset, offset += payload.Length));
        }

        return [.. SafetensorsHeader.Build(infos, [.. tensors.Select(tensor => XxHash64.Hash(tensor.Data))], parsed.Metadata), .. tensors.SelectMany(tensor => tensor.Data)];
    }
}
