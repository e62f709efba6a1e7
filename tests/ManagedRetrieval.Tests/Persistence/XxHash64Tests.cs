using System.Text;
using FsCheck.Xunit;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Tests.Persistence;

public class XxHash64Tests
{
    [Theory]
    [InlineData("", 0, 0xEF46DB3751D8E999)]
    [InlineData("a", 0, 0xD24EC4F1A98C6E5B)]
    [InlineData("abc", 0, 0x44BC2CF5AD770999)]
    [InlineData("Nobody inspects the spammish repetition", 0, 0xFBCEA83C8A378BF1)]
    [InlineData("xxhash", 20141025, 0xB559B98D844E0635)]
    public void Published_values_are_met(string text, ulong seed, ulong expected) =>
        Assert.Equal(expected, XxHash64.Hash(Encoding.UTF8.GetBytes(text), seed));

    // From the reference implementation, over bytes (131 i + 7) mod 256; lengths around the tail and stripe edges.
    [Theory]
    [InlineData(1, 0xA96C7F0CE858BBB7, 0x585882422A6165E7)]
    [InlineData(4, 0xFA212AE44B3BB23D, 0xA65107F22943365A)]
    [InlineData(8, 0x994B676B71CE94DD, 0xCE592D5F53E192EC)]
    [InlineData(31, 0x6711D55E306B5D8F, 0x24C4E99AB0404B5E)]
    [InlineData(32, 0x07F7B8E3BC5D6E25, 0x046E99BBDA1A814B)]
    [InlineData(33, 0x09F85EEB4E1CBE9F, 0xD7FE2BFEE6E4CDED)]
    [InlineData(63, 0xB7C9968C066CB6A5, 0xBD457F9EA47180C8)]
    [InlineData(64, 0x50D4159A0411632E, 0xA768F350A8E4FCF6)]
    [InlineData(100, 0x9DDADA11D3DC2D8F, 0x35546BD9A4779AE4)]
    [InlineData(1000, 0x0BF0BDBCC82EB373, 0x3ECB5D7B5E7C64CF)]
    public void The_reference_implementation_is_met(int length, ulong expected, ulong expectedSeeded)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            bytes[i] = (byte)((i * 131) + 7);
        }

        Assert.Equal(expected, XxHash64.Hash(bytes));
        Assert.Equal(expectedSeeded, XxHash64.Hash(bytes, 0x9E3779B97F4A7C15));
    }

    [Property]
    public bool Appending_in_pieces_equals_hashing_at_once(byte[][] pieces)
    {
        pieces = [.. pieces.Select(piece => piece ?? [])];
        var hash = new XxHash64(5);
        foreach (byte[] piece in pieces)
        {
            hash.Append(piece);
            hash.Digest();
        }

        return hash.Digest() == XxHash64.Hash(pieces.SelectMany(piece => piece).ToArray(), 5);
    }

    [Fact]
    public void Every_cut_of_two_gives_the_same_hash()
    {
        byte[] bytes = new byte[150];
        new Random(1).NextBytes(bytes);
        ulong expected = XxHash64.Hash(bytes);
        for (int cut = 0; cut <= bytes.Length; cut++)
        {
            var hash = new XxHash64();
            hash.Append(bytes.AsSpan(0, cut));
            hash.Append(bytes.AsSpan(cut));
            Assert.Equal(expected, hash.Digest());
        }
    }
}
