using System.Runtime.CompilerServices;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Memory;

public sealed class MappedFileTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"mapped-{Guid.NewGuid():N}");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void A_view_shows_the_files_elements_and_a_copy_has_its_bytes()
    {
        using MappedFile file = Map([0, 0, 128, 63, 0, 0, 0, 192, 7]);
        Assert.Equal(9, file.Length);
        Assert.Equal([1f, -2f], file.View<float>(0, 2).ToArray());
        Assert.Equal([7], file.View<byte>(8, 1).ToArray());
        Assert.Equal([-2f], file.View<float>(0, 2)[1..].ToArray());
        Assert.Empty(file.View<double>(9, 0).ToArray());
        byte[] copy = new byte[3];
        file.Read(6, copy);
        Assert.Equal([0, 192, 7], copy);
    }

    [Fact]
    public void A_part_of_a_buffer_is_addressed_from_its_own_start()
    {
        using var file = new MappedFile("part", GuardedBuffer.Of([1, 2, 3, 4, 5, 6]), 2, 4);
        Assert.Equal([3, 4, 5, 6], file.View<byte>(0, 4).ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => file.View<byte>(1, 4));
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(1, 2)]
    [InlineData(8, 1)]
    [InlineData(-4, 1)]
    [InlineData(0, -1)]
    [InlineData(long.MaxValue, 1)]
    [InlineData(long.MinValue, 1)]
    [InlineData(0, int.MaxValue)]
    public void What_lies_outside_the_file_is_refused(long offset, int length)
    {
        using var file = new MappedFile("small", GuardedBuffer.Of(new byte[8]), 0, 8);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.View<float>(offset, length));
        if (length >= 0 && length < 100)
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => file.Read(offset, new byte[length * 4]));
        }
    }

    [Fact]
    public void Alignment_is_that_of_the_address()
    {
        using MappedFile file = Map(new byte[16]);
        Assert.True(file.IsAligned<double>(8));
        Assert.False(file.IsAligned<double>(4));
        Assert.True(file.IsAligned<float>(4));
        Assert.False(file.IsAligned<Half>(1));
        Assert.True(file.IsAligned<byte>(1));
    }

    [Fact]
    public void After_disposal_everything_is_refused_by_name()
    {
        MappedFile file = Map(new byte[8]);
        Memory<int> view = file.View<int>(0, 2);
        file.Dispose();
        file.Dispose();
        Assert.Contains(_path, Assert.Throws<ObjectDisposedException>(() => view.Span.Length).Message, StringComparison.Ordinal);
        Assert.Throws<ObjectDisposedException>(() => view.Pin());
        Assert.Throws<ObjectDisposedException>(() => file.View<int>(0, 2));
        Assert.Throws<ObjectDisposedException>(() => file.Read(0, new byte[1]));
    }

    [Fact]
    public void Without_views_disposal_ends_the_mapping_at_once()
    {
        var buffer = GuardedBuffer.Of(new byte[8]);
        var file = new MappedFile("unseen", buffer, 0, 8);
        file.Read(0, new byte[8]);
        file.Dispose();
        Assert.True(buffer.IsReleased);
    }

    [Fact]
    public void Of_a_file_whose_uses_are_counted_the_last_of_them_ends_the_mapping_and_views_do_not_keep_it()
    {
        var buffer = GuardedBuffer.Of([1, 2, 3, 4]);
        var file = new MappedFile("counted", buffer, 0, 4, counted: true);
        Memory<byte> view = file.View<byte>(0, 4);
        MappedHold first = file.Hold(), last = file.Hold();
        Span<byte> span = view.Span;
        file.Dispose();
        first.Dispose();
        Assert.Equal([1, 2, 3, 4], span.ToArray());
        Assert.Equal(4, view.Span[3]);
        Assert.False(buffer.IsReleased);

        // Too late: the last use will end the mapping.
        Assert.Throws<ObjectDisposedException>(file.LetOut);
        last.Dispose();
        Assert.True(buffer.IsReleased);
        Assert.Contains("counted", Assert.Throws<ObjectDisposedException>(() => file.Hold()).Message, StringComparison.Ordinal);
        Assert.Throws<ObjectDisposedException>(() => view.Span.Length);
        default(MappedHold).Dispose();
    }

    [Fact]
    public void A_view_that_was_let_out_keeps_the_mapping_though_uses_are_counted()
    {
        var buffer = GuardedBuffer.Of([1, 2, 3, 4]);
        var file = new MappedFile("let out", buffer, 0, 4, counted: true);
        Memory<byte> view = file.View<byte>(0, 4);
        file.LetOut();
        Span<byte> span = view.Span;
        file.Hold().Dispose();
        file.Dispose();
        Assert.False(buffer.IsReleased);
        Assert.Equal([1, 2, 3, 4], span.ToArray());
        Assert.Equal(4, view.Span[3]);
        Assert.Throws<ObjectDisposedException>(() => file.Hold());
        Assert.Throws<ObjectDisposedException>(() => file.View<byte>(0, 4));
        buffer.Dispose();
    }

    [Fact]
    public void A_span_stays_valid_after_disposal_as_long_as_its_view_is_reachable()
    {
        MappedFile file = Map([1, 2, 3, 4]);
        Memory<byte> view = file.View<byte>(0, 4);
        Span<byte> span = view.Span;
        file.Dispose();
        Collect();
        Assert.Equal([1, 2, 3, 4], span.ToArray());
        GC.KeepAlive(view);
    }

    [Fact]
    public void A_pin_keeps_the_mapping_even_when_nothing_else_does()
    {
        System.Buffers.MemoryHandle pin = PinOf(Map([5, 6, 7, 8]));
        Collect();
        unsafe
        {
            Assert.Equal(7, ((byte*)pin.Pointer)[0]);
        }

        pin.Dispose();

        [MethodImpl(MethodImplOptions.NoInlining)]
        static System.Buffers.MemoryHandle PinOf(MappedFile file) => file.View<byte>(1, 3)[1..].Pin();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_cannot_be_reached_any_more_is_no_longer_mapped(bool dispose)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        Use(dispose);
        for (int tries = 0; tries < 20 && IsMapped(); tries++)
        {
            Collect();
        }

        Assert.False(IsMapped());

        [MethodImpl(MethodImplOptions.NoInlining)]
        void Use(bool dispose)
        {
            MappedFile file = Map([1, 2, 3]);
            Assert.Equal(3, file.View<byte>(0, 3).Span[2]);
            Assert.True(IsMapped());
            if (dispose)
            {
                file.Dispose();
            }
        }
    }

    [Fact]
    public async Task Readers_see_their_bytes_or_a_refusal_while_another_thread_disposes()
    {
        for (int round = 0; round < 200; round++)
        {
            var buffer = GuardedBuffer.Of([1, 2, 3, 4, 5, 6, 7, 8]);
            var file = new MappedFile("shared", buffer, 0, 8);
            bool views = round % 2 == 0;
            using var start = new Barrier(3);
            Task[] readers = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
            {
                start.SignalAndWait();
                byte[] copy = new byte[8];
                try
                {
                    while (true)
                    {
                        file.Read(0, copy);
                        Assert.Equal(8, copy[7]);
                        if (views)
                        {
                            Memory<byte> view = file.View<byte>(0, 8);
                            Assert.Equal(36, view.Span.ToArray().Sum(value => value));
                            GC.KeepAlive(view);
                        }
                    }
                }
                catch (ObjectDisposedException)
                {
                }
            }))];
            start.SignalAndWait();
            await Task.Yield();
            file.Dispose();
            await Task.WhenAll(readers);
        }
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    private MappedFile Map(byte[] bytes)
    {
        File.WriteAllBytes(_path, bytes);
        return MappedFile.Of(new FileStream(_path, FileMode.Open, FileAccess.Read), bytes.Length);
    }

    private bool IsMapped() => File.ReadAllText("/proc/self/maps").Contains(_path, StringComparison.Ordinal);
}
