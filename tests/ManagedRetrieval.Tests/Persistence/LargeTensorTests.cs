using ManagedRetrieval.Persistence;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Persistence;

public class LargeTensorTests
{
    [Fact]
    public void A_tensor_of_more_bytes_than_a_span_can_have_is_written()
    {
        // Elsewhere than under Linux the zeros would take up memory.
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        const int Count = (1 << 29) + 3;
        using var values = new GuardedMemory<float>(Count);
        values.Memory.Span[^1] = 1;
        var writer = new SafetensorsWriter();
        writer.Add("large", values.Memory, Count);
        using var stream = new TailStream();
        writer.Write(stream);
        Assert.Equal(0, (stream.Length - (4L * Count)) % 64);
        Assert.Equal([0, 0, 0, 0, 0, 0, 128, 63], stream.Tail);
    }

    /// <summary>Counts what is written and keeps its end.</summary>
    private sealed class TailStream : MemoryStream
    {
        private long _length;

        public byte[] Tail { get; private set; } = [];

        public override long Length => _length;

        public override void Write(byte[] buffer, int offset, int count)
        {
            _length += count;
            Tail = buffer[(offset + count - 8)..(offset + count)];
        }
    }
}
