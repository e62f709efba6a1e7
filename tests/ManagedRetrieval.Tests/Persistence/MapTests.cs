using System.Runtime.InteropServices;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Persistence;

public sealed class MapTests : IDisposable
{
    private static readonly byte[] Whole = Samples.Bytes(Samples.Small());

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"map-{Guid.NewGuid():N}.safetensors");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void A_mapped_file_holds_what_a_loaded_one_does()
    {
        File.WriteAllBytes(_path, Whole);
        SafetensorsFile loaded = SafetensorsFile.Load(_path);
        using SafetensorsFile mapped = SafetensorsFile.Map(_path);
        Assert.True(mapped.IsMapped);
        Assert.False(loaded.IsMapped);
        Assert.Equal(loaded.Metadata, mapped.Metadata);
        Assert.Equal(loaded.Tensors.Select(tensor => tensor.Name), mapped.Tensors.Select(tensor => tensor.Name));
        Assert.Equal(["a", "", "żółw", "🐢"], mapped.GetStrings("vocabulary"));
        foreach (SafetensorsInfo tensor in loaded.Tensors)
        {
            byte[] expected = Contents.Copy(loaded, tensor.Name);
            Assert.Equal(expected, Contents.View(loaded, tensor.Name));
            Assert.Equal(expected, Contents.Copy(mapped, tensor.Name));
            Assert.Equal(expected, Contents.View(mapped, tensor.Name));
        }
    }

    [Fact]
    public void The_narrow_types_hold_their_extremes()
    {
        SafetensorsFile file = Samples.Load(Whole);
        Assert.Equal([-128, 0, 127], file.GetSignedBytes("codes"));
        Assert.Equal([0, 258, 65535], file.GetUnsignedShorts("lengths"));
        Assert.Equal([(Half)0.5f, Half.MinValue], file.GetHalves("halves"));
        Assert.Contains("has type I8, expected U8", Assert.Throws<SnapshotFormatException>(() => file.GetBytes("codes")).Message, StringComparison.Ordinal);
        Assert.Contains("has type U16, expected F16", Assert.Throws<SnapshotFormatException>(() => file.ViewHalves("lengths")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Views_of_our_own_files_are_in_place_and_aligned()
    {
        // Names and lengths that would put wide elements at odd places, if narrow ones came first.
        var writer = new SafetensorsWriter();
        writer.Add("a", new byte[3], 3);
        writer.Add("b", new Half[3], 3);
        writer.Add("c", new float[] { 1, 2, 3 }, 3);
        writer.Add("d", new double[] { 4, 5, 6 }, 3);
        writer.Write(_path);
        using SafetensorsFile file = SafetensorsFile.Map(_path);
        AssertInPlace(file.ViewBytes("a"), file.ViewBytes("a"));
        AssertInPlace(file.ViewHalves("b"), file.ViewHalves("b"));
        AssertInPlace(file.ViewFloats("c"), file.ViewFloats("c"));
        AssertInPlace(file.ViewDoubles("d"), file.ViewDoubles("d"));

        static unsafe void AssertInPlace<T>(ReadOnlyMemory<T> one, ReadOnlyMemory<T> other)
            where T : unmanaged
        {
            fixed (T* first = one.Span, second = other.Span)
            {
                Assert.True(!BitConverter.IsLittleEndian || first == second, $"copies of {typeof(T)}");
                Assert.Equal(0u, (nuint)first % (nuint)sizeof(T));
            }
        }
    }

    [Fact]
    public void A_foreign_file_whose_tensors_are_not_aligned_is_read_all_the_same()
    {
        // The data starts at byte 8 + 60, and "b" three bytes later.
        byte[] foreign = Samples.HandMade(
            """{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"I32","shape":[1],"data_offsets":[3,7]}}""", 7);
        File.WriteAllBytes(_path, foreign);
        Assert.Throws<SnapshotFormatException>(() => SafetensorsFile.Map(_path));
        using SafetensorsFile file = SafetensorsFile.Map(_path, requireChecksums: false);
        Assert.False(file.HasChecksums);
        file.Verify();
        Assert.Equal([0x07060504], file.ViewInts("b").ToArray());
        Assert.Equal([1, 2, 3], file.ViewBytes("a").ToArray());
    }

    [Fact]
    public void An_index_searches_a_mapped_tensor_like_one_in_memory()
    {
        var draw = new Random(3);
        float[] rows = [.. Enumerable.Range(0, 500 * 7).Select(_ => draw.NextSingle() - 0.5f)];
        var writer = new SafetensorsWriter();
        writer.Add("rows", rows, 500, 7);
        writer.Write(_path);
        using SafetensorsFile file = SafetensorsFile.Map(_path);
        int[] identifiers = [.. Enumerable.Range(0, 500)];
        var inPlace = new BruteForceIndex<int>(new Tensor<float>(new Shape(500, 7), MemoryMarshal.AsMemory(file.ViewFloats("rows"))), identifiers);
        var inMemory = new BruteForceIndex<int>(new Tensor<float>(new Shape(500, 7), rows), identifiers);
        Tensor<float> queries = inMemory.Embeddings.Rows(40, 9);
        Assert.Equal(inMemory.Search(queries, 5), inPlace.Search(queries, 5));
    }

    [Fact]
    public void After_disposal_the_tensors_are_refused_and_the_header_is_not()
    {
        File.WriteAllBytes(_path, Whole);
        SafetensorsFile file = SafetensorsFile.Map(_path);
        ReadOnlyMemory<float> view = file.ViewFloats("weights");
        file.Dispose();
        file.Dispose();
        Assert.Contains(_path, Assert.Throws<ObjectDisposedException>(() => view.Span.Length).Message, StringComparison.Ordinal);
        Assert.Throws<ObjectDisposedException>(() => file.GetFloats("weights"));
        Assert.Throws<ObjectDisposedException>(() => file.ViewFloats("weights"));
        Assert.Throws<ObjectDisposedException>(() => file.GetStrings("vocabulary"));
        Assert.Throws<ObjectDisposedException>(() => file.Verify());
        Assert.Equal("two towers", file.GetMetadata("model"));
        Assert.Equal([2, 3], file.GetInfo("weights").Shape);

        SafetensorsFile loaded = SafetensorsFile.Load(_path);
        loaded.Dispose();
        Assert.Equal(6, loaded.GetFloats("weights").Length);
    }

    [Fact]
    public void A_refused_file_is_let_go()
    {
        var buffer = GuardedBuffer.Of(new byte[20]);
        Assert.Throws<SnapshotFormatException>(() => SafetensorsFile.Map(new("bad", buffer, 0, 20), "bad", requireChecksums: true));
        Assert.True(buffer.IsReleased);
    }

    [Fact]
    public void A_file_that_is_replaced_while_it_is_mapped_keeps_its_contents()
    {
        // Windows keeps a mapped file from being replaced.
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        File.WriteAllBytes(_path, Whole);
        using SafetensorsFile file = SafetensorsFile.Map(_path);
        var other = new SafetensorsWriter();
        other.Add("weights", new float[] { 9 }, 1);
        other.Write(_path);
        Assert.Equal(1.5f, file.ViewFloats("weights").Span[0]);
        file.Verify();
        Assert.Equal([9f], SafetensorsFile.Load(_path).GetFloats("weights"));
    }

    [Fact]
    public void A_tensor_of_more_bytes_than_a_span_can_have_is_mapped()
    {
        // The file has a hole for most of its data and takes up next to no room.
        const int Count = (1 << 29) + 5;
        byte[] head = Samples.HandMade($$$"""{"a":{"dtype":"F32","shape":[{{{Count}}}],"data_offsets":[0,{{{4L * Count}}}]},"b":{"dtype":"U8","shape":[1],"data_offsets":[{{{4L * Count}}},{{{(4L * Count) + 1}}}]}}  """);
        using (FileStream stream = File.Create(_path))
        {
            stream.Write(head);
            stream.Position = head.Length + (4L * Count) - 4;
            stream.Write([0, 0, 128, 63, 17]);
        }

        using SafetensorsFile file = SafetensorsFile.Map(_path, requireChecksums: false);
        ReadOnlyMemory<float> view = file.ViewFloats("a");
        Assert.Equal(Count, view.Length);
        Assert.Equal([0f, 1f], view.Span[^2..].ToArray());
        Assert.Equal([17], file.GetBytes("b"));
    }

    [Fact]
    public void A_tensor_of_more_elements_than_an_array_can_have_is_refused()
    {
        long count = Array.MaxLength + 1L;
        File.WriteAllBytes(_path, Samples.HandMade($$$"""{"a":{"dtype":"U8","shape":[{{{count}}}],"data_offsets":[0,{{{count}}}]}}"""));
        using (FileStream stream = File.OpenWrite(_path))
        {
            stream.SetLength(stream.Length + count);
        }

        foreach (Func<SafetensorsFile> open in (Func<SafetensorsFile>[])[() => SafetensorsFile.Map(_path, false), () => SafetensorsFile.Load(_path, false)])
        {
            Assert.Contains("tensor 'a': has 2147483592 elements; at most 2147483591 are supported", Assert.Throws<SnapshotFormatException>(open).Message, StringComparison.Ordinal);
        }
    }
}
