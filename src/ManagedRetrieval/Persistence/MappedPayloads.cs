using ManagedRetrieval.Engine.Memory;

namespace ManagedRetrieval.Persistence;

/// <summary>Payloads in a mapped file.</summary>
internal sealed class MappedPayloads(MappedFile file, SafetensorsInfo[] tensors, long dataStart) : SafetensorsPayloads
{
    /// <inheritdoc/>
    public override void Read(int tensor, long offset, Span<byte> destination) =>
        file.Read(dataStart + tensors[tensor].Begin + offset, destination);

    /// <inheritdoc/>
    /// <remarks>Files of other writers need not be aligned.</remarks>
    public override bool TryView<T>(int tensor, out ReadOnlyMemory<T> view)
    {
        long offset = dataStart + tensors[tensor].Begin;
        bool inPlace = BitConverter.IsLittleEndian && file.IsAligned<T>(offset);
        view = inPlace ? file.View<T>(offset, (int)tensors[tensor].ElementCount) : default;
        return inPlace;
    }

    /// <inheritdoc/>
    public override MappedHold Hold() => file.Hold();

    /// <inheritdoc/>
    public override void LetOut() => file.LetOut();

    /// <inheritdoc/>
    public override void Close() => file.Dispose();
}
