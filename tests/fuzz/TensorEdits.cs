using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.FuzzHost;

/// <summary>Changes a sound file into another sound one, whose tensors are not what its description says.</summary>
internal static class TensorEdits
{
    public static byte[] Edit(byte[] file, Random random)
    {
        (List<FileTensor> tensors, Dictionary<string, string> metadata) = FileTensor.Split(file);
        if (tensors.Count == 0)
        {
            return file;
        }

        int at = random.Next(tensors.Count);
        FileTensor tensor = tensors[at], other = tensors[random.Next(tensors.Count)];
        byte[] data = tensor.Data;
        switch (random.Next(8))
        {
            case 0:
                tensors.RemoveAt(at);
                break;
            case 1:
                tensors[at] = tensor with { Name = other.Name + "x" };
                break;
            case 2:
                tensors[at] = other with { Name = tensor.Name };
                break;
            case 3:
                tensors[at] = tensor with { Shape = [.. tensor.Shape.Reverse()] };
                break;
            case 4:
                tensors[at] = tensor with { Shape = [data.Length / tensor.Type.Size()] };
                break;
            case 5:
                tensors[at] = tensor with { Shape = [1, .. tensor.Shape] };
                break;
            case 6 when tensor.Shape is [> 0, ..]:
                // One row less, or one more.
                int row = data.Length / (int)tensor.Shape[0];
                long rows = tensor.Shape[0] + (random.Next(2) == 0 ? -1 : 1);
                Array.Resize(ref data, (int)rows * row);
                tensors[at] = tensor with { Shape = [rows, .. tensor.Shape[1..]], Data = data };
                break;
            default:
                var narrow = (SafetensorsType)random.Next(8);
                int elements = data.Length / narrow.Size();
                tensors[at] = new FileTensor(tensor.Name, narrow, [elements], data[..(elements * narrow.Size())]);
                break;
        }

        return FileTensor.Join(tensors, metadata);
    }
}
