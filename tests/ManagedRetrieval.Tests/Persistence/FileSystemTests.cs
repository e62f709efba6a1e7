using System.Diagnostics;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Tests.Persistence;

public sealed class FileSystemTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("snapshot-tests-").FullName;

    private string Target => Path.Combine(_folder, "model.safetensors");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Files_are_written_replaced_and_read_both_ways()
    {
        Samples.Small().Write(Target);
        Assert.Equal(Samples.Bytes(Samples.Small()), await File.ReadAllBytesAsync(Target));
        Assert.Equal(["a", "", "żółw", "🐢"], (await SafetensorsFile.LoadAsync(Target)).GetStrings("vocabulary"));

        var other = new SafetensorsWriter();
        other.AddMetadata("version", "2");
        await other.WriteAsync(Target);
        Assert.Equal("2", SafetensorsFile.Load(Target).GetMetadata("version"));
        AssertOnlyTarget();
    }

    [Fact]
    public async Task Cancelling_in_the_middle_leaves_the_old_file_and_no_temporary()
    {
        await File.WriteAllTextAsync(Target, "old");
        using var cancellation = new CancellationTokenSource();

        // The payload is looked at once for its checksum, then once for every megabyte that is written.
        using var values = new TripWire(3_000_000, looks: 3, cancellation.Cancel);
        var writer = new SafetensorsWriter();
        writer.Add("large", values.Memory, 3_000_000);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writer.WriteAsync(Target, cancellation.Token));
        Assert.True(values.Tripped);
        Assert.Equal("old", await File.ReadAllTextAsync(Target));
        AssertOnlyTarget();
    }

    [Fact]
    public async Task A_failure_in_the_middle_leaves_the_old_file_and_no_temporary()
    {
        await File.WriteAllTextAsync(Target, "old");
        foreach (Exception failure in new Exception[] { new IOException("disk full"), new InvalidOperationException("other") })
        {
            using var values = new TripWire(3_000_000, looks: 3, () => throw failure);
            var writer = new SafetensorsWriter();
            writer.Add("large", values.Memory, 3_000_000);
            Exception sync = Assert.Throws(failure.GetType(), () => writer.Write(Target));
            Assert.Contains(failure.Message, sync.Message, StringComparison.Ordinal);

            values.Reset();
            await Assert.ThrowsAsync(failure.GetType(), () => writer.WriteAsync(Target));
            Assert.Equal("old", await File.ReadAllTextAsync(Target));
            AssertOnlyTarget();
        }
    }

    [Fact]
    public async Task A_cancelled_token_stops_before_anything_happens()
    {
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Samples.Small().WriteAsync(Target, cancelled));
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
        Samples.Small().Write(Target);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SafetensorsFile.LoadAsync(Target, cancellationToken: cancelled));
    }

    [Fact]
    public async Task Targets_that_cannot_be_written_are_named()
    {
        string occupied = Path.Combine(_folder, "occupied");
        await File.WriteAllTextAsync(occupied, "a file");
        string folder = Directory.CreateDirectory(Path.Combine(_folder, "folder")).FullName;
        foreach (string path in new[] { Path.Combine(_folder, "nowhere", "model"), Path.Combine(occupied, "model"), folder })
        {
            Exception? sync = await Record.ExceptionAsync(() => Task.Run(() => Samples.Small().Write(path)));
            Exception? async = await Record.ExceptionAsync(() => Samples.Small().WriteAsync(path));
            foreach (Exception? failure in new[] { sync, async })
            {
                Assert.True(failure is IOException or UnauthorizedAccessException, failure?.ToString());
                Assert.Contains($"Cannot write '{path}'", failure!.Message, StringComparison.Ordinal);
            }
        }

        Assert.Equal([folder, occupied], Directory.GetFileSystemEntries(_folder).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_folder_without_write_permission_is_named()
    {
        // An administrator may write everywhere.
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
        {
            return;
        }

        string locked = Directory.CreateDirectory(Path.Combine(_folder, "locked")).FullName;
        File.SetUnixFileMode(locked, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        string path = Path.Combine(locked, "model");
        var failure = Assert.Throws<UnauthorizedAccessException>(() => Samples.Small().Write(path));
        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_or_cannot_be_a_snapshot_is_named()
    {
        Assert.Contains(Target, Assert.Throws<FileNotFoundException>(() => SafetensorsFile.Load(Target)).Message, StringComparison.Ordinal);
        File.WriteAllText(Target, "");
        Assert.Contains(Target, Assert.Throws<SnapshotFormatException>(() => SafetensorsFile.Load(Target)).Message, StringComparison.Ordinal);
        File.WriteAllText(Target, "PK and the rest of an archive");
        Assert.Contains(Target, Assert.Throws<SnapshotFormatException>(() => SafetensorsFile.Load(Target)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_that_ends_early_is_refused()
    {
        using var stream = new ShrinkingStream(Samples.Bytes(Samples.Small()));
        Assert.Throws<SnapshotFormatException>(() => SafetensorsFile.Load(stream, "shrinking"));
        stream.Position = 0;
        await Assert.ThrowsAsync<SnapshotFormatException>(() => SafetensorsFile.LoadAsync(stream, "shrinking"));
    }

    [Fact]
    public async Task A_tensor_that_changes_between_its_checksum_and_its_bytes_is_reported_and_the_old_file_kept()
    {
        Samples.Small().Write(Target);
        byte[] old = await File.ReadAllBytesAsync(Target);

        // The first look is for the checksum, the second for the first megabyte, the fourth for the last elements.
        foreach (int look in (int[])[2, 4])
        {
            TripWire? values = null;
            values = new TripWire(600_000, look, () => values!.Memory.Span[^1]++);
            var writer = new SafetensorsWriter();
            writer.Add("large", values.Memory, 600_000);
            Assert.Contains("'large' changed", Assert.Throws<InvalidOperationException>(() => writer.Write(Target)).Message, StringComparison.Ordinal);
            Assert.True(values.Tripped);
            values.Reset();
            await Assert.ThrowsAsync<InvalidOperationException>(() => writer.WriteAsync(Target));
            Assert.True(values.Tripped);
            Assert.Equal(old, await File.ReadAllBytesAsync(Target));
            AssertOnlyTarget();

            // Left alone it can be written.
            writer.Write(Path.Combine(_folder, "other"));
            Assert.Equal(2, SafetensorsFile.Load(Path.Combine(_folder, "other")).GetFloats("large")[^1]);
            File.Delete(Path.Combine(_folder, "other"));
        }
    }

    [Fact]
    public async Task Waiting_for_the_writer_of_a_pipe_can_be_cancelled()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        string pipe = Path.Combine(_folder, "pipe");
        using (Process make = Process.Start("mkfifo", [pipe]))
        {
            await make.WaitForExitAsync();
            Assert.Equal(0, make.ExitCode);
        }

        using var cancellation = new CancellationTokenSource();
        Task<SafetensorsFile> load = SafetensorsFile.LoadAsync(pipe, cancellationToken: cancellation.Token);
        await Task.Delay(100);
        Assert.False(load.IsCompleted, "nobody writes to the pipe");
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => load.WaitAsync(TimeSpan.FromSeconds(30)));

        // A writer lets go the thread that is still opening the pipe. It reads too, so as not to wait where that thread never came to it.
        await Task.Run(() => new FileStream(pipe, FileMode.Open, FileAccess.ReadWrite).Dispose()).WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_place_among_the_devices_is_refused_untouched()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        foreach (string path in (string[])["/dev/does-not-exist", "/proc/does-not-exist", "/tmp/../dev/does-not-exist"])
        {
            foreach (IOException failure in new[]
            {
                Assert.Throws<IOException>(() => Samples.Small().Write(path)),
                await Assert.ThrowsAsync<IOException>(() => Samples.Small().WriteAsync(path)),
            })
            {
                Assert.Contains($"Cannot write '{path}': A device", failure.Message, StringComparison.Ordinal);
            }

            Assert.False(File.Exists(path));
        }

        Assert.Empty(Directory.GetFiles("/dev", ".snapshot-*"));
    }

    private void AssertOnlyTarget() => Assert.Equal([Target], Directory.GetFileSystemEntries(_folder));

    private sealed class ShrinkingStream(byte[] bytes) : MemoryStream(bytes, 0, bytes.Length - 1)
    {
        public override long Length => base.Length + 1;
    }
}
