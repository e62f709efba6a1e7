using System.Numerics;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Towers;

/// <summary>One encoder of each kind, with parameters that are nowhere zero, and sequences for them.</summary>
internal static class HistorySamples
{
    public static readonly TheoryData<string> Kinds = ["mean", "pooling", "recurrent", "causal"];

    public static HistoryEncoder<T> Make<T>(string kind, int width, Draw draw)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        HistoryEncoder<T> encoder = kind switch
        {
            "mean" => new MeanHistory<T>(width),
            "pooling" => AttentionPooling<T>.Create("h", width, draw.Length(), draw.Seed, 1),
            "recurrent" => RecurrentHistory<T>.Create("h", width, draw.Length(), draw.Seed, 1),
            "causal" => CausalAttentionHistory<T>.Create(
                "h", width, new CausalAttentionOptions { MaximumLength = draw.Between(1, 5), Blocks = draw.Between(1, 2), Hidden = draw.Bool() ? draw.Length() : null, DropoutRate = 0.3 }, draw.Seed, 1),
            _ => throw new ArgumentException(kind),
        };
        LayerChecks.Fill(encoder.Parameters, draw);
        return encoder;
    }

    /// <summary>Offsets of up to <paramref name="most"/> sequences, with an empty one and one of a single row among them as often as not.</summary>
    public static int[] Offsets(Draw draw, int most = 5, int longest = 8)
    {
        int[] lengths = [.. Enumerable.Range(0, draw.Between(0, most)).Select(_ => draw.OneOf(0, 1, draw.Between(2, longest)))];
        int[] offsets = new int[lengths.Length + 1];
        for (int i = 0; i < lengths.Length; i++)
        {
            offsets[i + 1] = offsets[i] + lengths[i];
        }

        return offsets;
    }
}
