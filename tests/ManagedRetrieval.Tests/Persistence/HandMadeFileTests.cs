using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Tests.Persistence;

public class HandMadeFileTests
{
    [Fact]
    public void A_foreign_file_is_read_only_where_checksums_are_not_required()
    {
        byte[] foreign = Samples.HandMade(
            """{"b":{"data_offsets":[4,6],"shape":[1,2,1,1,1],"dtype":"U8"},"__metadata__":{"format":"pt"},"a":{"dtype":"I32","shape":[],"data_offsets":[0,4]}}  """, 6);
        Assert.Contains("'xxh64_header' is missing", Samples.Refused(foreign).Message, StringComparison.Ordinal);

        SafetensorsFile file = Samples.Load(foreign, requireChecksums: false);
        Assert.False(file.HasChecksums);
        Assert.Equal("pt", file.GetMetadata("format"));
        Assert.Equal(["a", "b"], file.Tensors.Select(tensor => tensor.Name));
        Assert.Equal([0x04030201], file.GetInts("a"));
        Assert.Equal([5, 6], file.GetBytes("b"));
        Assert.Equal([1, 2, 1, 1, 1], file.GetInfo("b").Shape);
    }

    [Theory]
    [InlineData("{}", 0)]
    [InlineData("""{"__metadata__":{}}""", 0)]
    [InlineData("""{"a":{"dtype":"F32","shape":[0,7],"data_offsets":[0,0]},"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"c":{"dtype":"F64","shape":[0],"data_offsets":[1,1]}}""", 1)]
    public void Sound_headers_are_accepted(string json, int payload) =>
        Samples.Load(Samples.HandMade(json, payload), requireChecksums: false);

    [Theory]
    [InlineData("[]", "starts with byte 0x5b")]
    [InlineData(" {}", "starts with byte 0x20")]
    [InlineData("{} x", "not valid JSON")]
    [InlineData("{}{}", "not valid JSON")]
    [InlineData("{,}", "not valid JSON")]
    [InlineData("""{"a":1}""", "tensor 'a' is a JSON Number, expected an object")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", "'__metadata__' is there twice")]
    [InlineData("""{"__metadata__":[]}""", "expected an object of strings")]
    [InlineData("""{"__metadata__":{"a":1}}""", "metadata 'a' is a JSON Number, expected a string")]
    [InlineData("""{"__metadata__":{"a":"1","\u0061":"2"}}""", "metadata 'a' is there twice")]
    [InlineData("""{"__metadata__":{"a":"\ud800"}}""", "metadata 'a' is not valid Unicode")]
    [InlineData("""{"__metadata__":{"xxh64_header":"12"}}""", "expected 16 hexadecimal digits")]
    [InlineData("""{"__metadata__":{"xxh64_tensors":""}}""", "'xxh64_header' is missing")]
    [InlineData("""{"__metadata__":{"xxh64_header":"0000000000000000"}}""", "'xxh64_tensors' is missing")]
    [InlineData("""{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}""", "tensor 'a' is there twice")]
    [InlineData("""{"a":{"dtype":"U8","dtype":"U8","shape":[8],"data_offsets":[0,8]}}""", "dtype is there twice")]
    [InlineData("""{"a":{"dtype":"U8","shape":[8]}}""", "data_offsets is missing")]
    [InlineData("""{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8],"x":1}}""", "unknown field 'x'")]
    [InlineData("""{"a":{"dtype":"BF16","shape":[4],"data_offsets":[0,8]}}""", "dtype 'BF16' is not one of F32")]
    [InlineData("""{"a":{"dtype":"u8","shape":[8],"data_offsets":[0,8]}}""", "dtype 'u8' is not one of")]
    [InlineData("""{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8,8]}}""", "holds 3 numbers, expected 2")]
    [InlineData("""{"a":{"dtype":"U8","shape":[-8],"data_offsets":[0,8]}}""", "shape: item 0 is not a whole number")]
    [InlineData("""{"a":{"dtype":"U8","shape":[8.5],"data_offsets":[0,8]}}""", "shape: item 0 is not a whole number")]
    [InlineData("""{"a":{"dtype":"U8","shape":["8"],"data_offsets":[0,8]}}""", "shape: item 0 is not a whole number")]
    [InlineData("""{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,9223372036854775808]}}""", "data_offsets: item 1 is not")]
    [InlineData("""{"a":{"dtype":"U8","shape":[8],"data_offsets":[8,0]}}""", "data_offsets are 8 to 0")]
    [InlineData("""{"a":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}}""", "data_offsets are 0 to 9")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "hold 8 bytes, expected 12 for F32 [3]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1099511627776,1099511627776],"data_offsets":[0,8]}}""", "has more than 9223372036854775807 bytes")]
    [InlineData("""{"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,8]}}""", "has more than 9223372036854775807 bytes")]
    [InlineData("""{"a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""", "overlaps tensor 'a'; expected 5")]
    [InlineData("""{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""", "leaves a hole after tensor 'a'; expected 3")]
    [InlineData("""{"a":{"dtype":"U8","shape":[7],"data_offsets":[1,8]}}""", "leaves a hole after the start of the data")]
    [InlineData("""{"a":{"dtype":"U8","shape":[7],"data_offsets":[0,7]}}""", "holds 8 bytes of data, expected the 7")]
    [InlineData("{}", "holds 8 bytes of data, expected the 0")]
    public void Unsound_headers_are_refused_and_the_message_says_why(string json, string why) =>
        Assert.Contains(why, Samples.Refused(Samples.HandMade(json, 8), requireChecksums: false).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(0UL)]
    [InlineData(1UL)]
    [InlineData(200_000_000UL)]
    [InlineData(ulong.MaxValue)]
    public void Impossible_header_lengths_are_refused_before_anything_is_allocated(ulong claimed)
    {
        byte[] file = Samples.HandMade("{}", 30);
        BitConverter.TryWriteBytes(file, claimed);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("the header claims", Samples.Refused(file).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void A_header_that_is_not_UTF8_is_refused()
    {
        byte[] file = Samples.HandMade("""{"__metadata__":{"a":"b"}}""");
        file[^4] = 0xFF;
        Assert.Contains("not valid UTF-8", Samples.Refused(file, requireChecksums: false).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_tensor_or_another_type_shape_or_length_is_named()
    {
        SafetensorsFile file = Samples.Load(Samples.Bytes(Samples.Small()));
        AssertSays("tensor 'nope': is missing", () => file.GetFloats("nope"));
        AssertSays("tensor 'weights': has type F32, expected F64", () => file.GetDoubles("weights"));
        AssertSays("tensor 'weights': has 6 elements, expected 5", () => file.ReadFloats("weights", new float[5]));
        AssertSays("is F32 [2, 3], expected F32 [3, 2]", () => file.RequireShape("weights", SafetensorsType.F32, 3, 2));
        AssertSays("metadata 'nope' is missing", () => file.GetMetadata("nope"));
        AssertSays("tensor 'weights.utf8': is missing", () => file.GetStrings("weights"));
        Assert.False(file.TryGetInfo("nope", out _));
        Assert.True(file.Contains("raw"));
    }

    [Theory]
    [InlineData(new long[0], "offsets cover nothing")]
    [InlineData(new long[] { 0, 2 }, "offsets cover 0 to 2, expected 0 to the 4 bytes")]
    [InlineData(new long[] { 1, 4 }, "offsets cover 1 to 4")]
    [InlineData(new long[] { 0, 2, 1, 4 }, "text 1 runs from 2 to 1")]
    [InlineData(new long[] { 0, -1, 4 }, "text 0 runs from 0 to -1")]
    [InlineData(new long[] { 0, long.MaxValue, 4 }, "text 0 runs from 0 to 9223372036854775807")]
    [InlineData(new long[] { 0, 3, 4 }, "text 0, bytes 0 to 3, is not valid UTF-8")]
    public void Unsound_text_offsets_are_refused(long[] offsets, string why)
    {
        var writer = new SafetensorsWriter();
        writer.Add("t.utf8", "żó"u8.ToArray(), 4);
        writer.Add("t.offsets", offsets, offsets.Length);
        SafetensorsFile file = Samples.Load(Samples.Bytes(writer));
        AssertSays(why, () => file.GetStrings("t"));
    }

    private static void AssertSays(string why, Action action)
    {
        string message = Assert.Throws<SnapshotFormatException>(action).Message;
        Assert.Contains(why, message, StringComparison.Ordinal);
        Assert.Contains(Samples.Source, message, StringComparison.Ordinal);
    }
}
