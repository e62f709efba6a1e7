namespace ManagedRetrieval.Persistence;

/// <summary>Holds a header's claims against each other and against the file's length.</summary>
internal static class SafetensorsLayout
{
    /// <summary>The tensors in file order, if they tile the payload exactly.</summary>
    public static SafetensorsInfo[] Order(string source, IReadOnlyList<SafetensorsInfo> tensors, long payloadBytes)
    {
        foreach (SafetensorsInfo tensor in tensors)
        {
            CheckAlone(source, tensor, payloadBytes);
        }

        // Stable, so that empty tensors at one place keep the header's order.
        SafetensorsInfo[] ordered = [.. tensors.OrderBy(tensor => tensor.Begin).ThenBy(tensor => tensor.End)];
        long end = 0;
        string before = "the start of the data";
        foreach (SafetensorsInfo tensor in ordered)
        {
            if (tensor.Begin != end)
            {
                string what = tensor.Begin < end ? "overlaps" : "leaves a hole after";
                throw Bad(source, tensor, $"begins at byte {tensor.Begin}, which {what} {before}; expected {end}.");
            }

            end = tensor.End;
            before = $"tensor '{SnapshotFormatException.Shorten(tensor.Name)}'";
        }

        if (end != payloadBytes)
        {
            throw SnapshotFormatException.In(source, FormattableString.Invariant(
                $"the file holds {payloadBytes} bytes of data, expected the {end} that its tensors take."));
        }

        return ordered;
    }

    private static void CheckAlone(string source, SafetensorsInfo tensor, long payloadBytes)
    {
        if (tensor.Begin > tensor.End || tensor.End > payloadBytes)
        {
            throw Bad(source, tensor, $"data_offsets are {tensor.Begin} to {tensor.End}, expected ascending offsets within the file's {payloadBytes} bytes of data.");
        }

        long[] shape = [.. tensor.Shape];
        if (!SafetensorsInfo.TryGetByteLength(shape, tensor.Type, out long needed))
        {
            throw Bad(source, tensor, $"the shape {SafetensorsInfo.Describe(tensor.Type, shape)} has more than {long.MaxValue} bytes.");
        }

        if (needed != tensor.ByteLength)
        {
            throw Bad(source, tensor, $"data_offsets hold {tensor.ByteLength} bytes, expected {needed} for {SafetensorsInfo.Describe(tensor.Type, shape)}.");
        }

        // What spans and arrays can have.
        if (tensor.ElementCount > Array.MaxLength)
        {
            throw Bad(source, tensor, $"has {tensor.ElementCount} elements; at most {Array.MaxLength} are supported.");
        }
    }

    private static SnapshotFormatException Bad(string source, SafetensorsInfo tensor, FormattableString problem) =>
        SnapshotFormatException.InTensor(source, tensor.Name, FormattableString.Invariant(problem));
}
