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

    private void AssertOnlyTarget() => Assert.Equal([Target], Directory.GetFileSystemEntries(_folder));

    private sealed class ShrinkingStream(byte[] bytes) : MemoryStream(bytes, 0, bytes.Length - 1)
    {
        public override long Length => base.Length + 1;
    }
}
