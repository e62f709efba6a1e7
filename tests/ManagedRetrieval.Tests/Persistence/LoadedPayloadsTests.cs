using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Tests.Persistence;

public class LoadedPayloadsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(24)]
    [InlineData(37)]
    public void What_is_filled_block_by_block_is_read_across_blocks(int length)
    {
        byte[] expected = [.. Enumerable.Range(1, length).Select(i => (byte)i)];
        var payloads = new LoadedPayloads([new SafetensorsInfo("a", SafetensorsType.U8, [length], 0, length)], blockBytes: 8);
        payloads.Allocate(0);
        int filled = 0;
        for (Memory<byte> room = payloads.From(0, 0); !room.IsEmpty; room = payloads.From(0, filled))
        {
            Assert.InRange(room.Length, 1, 8);

            // Not all of the room, as a loader that reads chunk by chunk.
            int taken = Math.Min(room.Length, 3);
            expected.AsSpan(filled, taken).CopyTo(room.Span);
            filled += taken;
        }

        Assert.Equal(length, filled);
        for (int start = 0; start <= length; start++)
        {
            for (int count = 0; count <= length - start; count++)
            {
                byte[] copy = new byte[count];
                payloads.Read(0, start, copy);
                Assert.Equal(expected[start..(start + count)], copy);
            }
        }
    }
}
