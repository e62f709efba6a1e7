using System.Runtime.InteropServices;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Memory;

public class AlignedBufferTests
{
    [Fact]
    public void Buffers_are_zeroed_of_the_asked_length_and_start_on_a_cache_line()
    {
        for (int length = 0; length <= 130; length++)
        {
            Check<float>(length);
            Check<double>(length);
            Check<int>(length);
            Check<byte>(length);
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 16)]
    [InlineData(16, 16)]
    [InlineData(17, 32)]
    public void Lengths_round_up_to_whole_lines(int length, int floats)
    {
        Assert.Equal(floats, AlignedBuffer.RoundUp<float>(length));
        Assert.Equal((length + 7) / 8 * 8, AlignedBuffer.RoundUp<double>(length));
    }

    [Fact]
    public void A_length_that_cannot_be_rounded_up_is_an_error() =>
        Assert.Throws<OverflowException>(() => AlignedBuffer.RoundUp<float>(int.MaxValue));

    [Fact]
    public void A_length_that_leaves_no_room_for_alignment_is_refused_by_name()
    {
        // A line holds 16 floats or 8 doubles, of which all but one may be skipped.
        Refusal.Of<ArgumentOutOfRangeException>(() => AlignedBuffer.Allocate<float>(Array.MaxLength - 14), "length", "at most 2147483576 elements of Single, not 2147483577");
        Refusal.Of<ArgumentOutOfRangeException>(() => AlignedBuffer.Allocate<double>(Array.MaxLength - 6), "at most 2147483584 elements of Double, not 2147483585");
        Refusal.Of<ArgumentOutOfRangeException>(() => AlignedBuffer.Allocate<float>(int.MaxValue), "not 2147483647");
    }

    internal static unsafe nuint Address<T>(Memory<T> memory)
        where T : unmanaged
    {
        fixed (T* start = &MemoryMarshal.GetReference(memory.Span))
        {
            return (nuint)start;
        }
    }

    private static void Check<T>(int length)
        where T : unmanaged, IEquatable<T>
    {
        Memory<T> memory = AlignedBuffer.Allocate<T>(length);
        Assert.Equal(length, memory.Length);
        Assert.False(memory.Span.ContainsAnyExcept(default(T)));
        Assert.True(length == 0 || Address(memory) % 64 == 0, $"{length} × {typeof(T).Name} start off a line");
    }
}
