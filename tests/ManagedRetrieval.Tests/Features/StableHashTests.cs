using FsCheck.Xunit;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Tests.Features;

public sealed class StableHashTests
{
    // Computed outside .NET from the two published algorithms.
    [Theory]
    [InlineData("", 0x0UL, 0x5B21F68FFA77F14CUL)]
    [InlineData("a", 0x0UL, 0x2A5A3F02A61014A9UL)]
    [InlineData("a", 0x1UL, 0x5507442AAB9A0693UL)]
    [InlineData("list", 0x0UL, 0x89CB6C805E78AC9AUL)]
    [InlineData("list", 0xFFFFFFFFFFFFFFFFUL, 0xFD0F9878DA3DAFE8UL)]
    [InlineData("na\u00EFve caf\u00E9", 0x0UL, 0x9A5635EC3302848CUL)]
    [InlineData("\u0131\u0130iI", 0x7UL, 0x3B665C8D4D1A7C3CUL)]
    [InlineData("日本語", 0x0UL, 0xA1FE6F07BCFD2E8DUL)]
    [InlineData("🎬🍿", 0x0UL, 0xFC3AA73F3FFD1AFFUL)]
    public void Text_hashes_to_its_pinned_value(string text, ulong seed, ulong expected) =>
        Assert.Equal(expected, StableHash.Of(text, seed));

    [Theory]
    [InlineData(0L, 0x0UL, 0xA706DD2F4D197E6FUL)]
    [InlineData(1L, 0x0UL, 0x08B4FDA8C892B50EUL)]
    [InlineData(-1L, 0x0UL, 0x2DD82C88FA32B270UL)]
    [InlineData(1L, 0x1UL, 0xE9FD6049D65AF21EUL)]
    [InlineData(long.MinValue, 0x5UL, 0x0414D954F17DEDD3UL)]
    [InlineData(long.MaxValue, 0x5UL, 0x077F2AA00C133557UL)]
    public void Numbers_hash_to_their_pinned_value(long value, ulong seed, ulong expected) =>
        Assert.Equal(expected, StableHash.Of(value, seed));

    [Property]
    public bool Pieces_hash_like_the_whole(char[] text, ushort cut, ulong seed)
    {
        int at = cut % (text.Length + 1);
        ulong state = StableHash.Append(StableHash.Start(seed), text.AsSpan(0, at));
        return StableHash.Finish(StableHash.Append(state, text.AsSpan(at))) == StableHash.Of(text, seed);
    }

    [Property]
    public bool A_bucket_is_the_product_with_the_high_bits(ulong hash, ushort buckets)
    {
        int count = buckets + 1;
        return StableHash.Bucket(hash, count) == (int)(((UInt128)hash * (UInt128)count) >> 64);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void No_buckets_are_refused(int buckets) =>
        Assert.Throws<ArgumentOutOfRangeException>(nameof(buckets), () => StableHash.Bucket(1, buckets));

    [Theory]
    [InlineData(2)]
    [InlineData(97)]
    [InlineData(1024)]
    public void Buckets_of_short_similar_texts_and_of_small_numbers_are_uniform(int buckets)
    {
        const int Samples = 200_000;
        int[] texts = new int[buckets];
        int[] numbers = new int[buckets];
        for (int i = 0; i < Samples; i++)
        {
            texts[StableHash.Bucket(StableHash.Of($"u{i}", seed: 3), buckets)]++;
            numbers[StableHash.Bucket(StableHash.Of(i, seed: 3), buckets)]++;
        }

        AssertUniform(texts, Samples);
        AssertUniform(numbers, Samples);
    }

    [Fact]
    public void Another_seed_gives_independent_buckets()
    {
        const int Samples = 100_000, Buckets = 16;
        int[] joint = new int[Buckets * Buckets];
        for (int i = 0; i < Samples; i++)
        {
            string text = $"item {i}";
            int first = StableHash.Bucket(StableHash.Of(text, seed: 1), Buckets);
            joint[(first * Buckets) + StableHash.Bucket(StableHash.Of(text, seed: 2), Buckets)]++;
        }

        AssertUniform(joint, Samples);
    }

    // Chi-square has mean k and variance 2k at k degrees of freedom; five deviations are under one in a million.
    private static void AssertUniform(int[] counts, int samples)
    {
        double expected = (double)samples / counts.Length;
        double chiSquare = counts.Sum(count => (count - expected) * (count - expected) / expected);
        double freedom = counts.Length - 1;
        Assert.InRange(chiSquare, freedom - (5 * Math.Sqrt(2 * freedom)), freedom + (5 * Math.Sqrt(2 * freedom)) + 10);
    }
}
