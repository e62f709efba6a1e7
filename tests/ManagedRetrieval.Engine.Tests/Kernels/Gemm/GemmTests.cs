using System.Numerics;
using ManagedRetrieval.Engine.Kernels.Gemm;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels.Gemm;

/// <summary>Every strategy by the same bodies: each must give the bits of the triple loop.</summary>
public class GemmTests
{
    public static TheoryData<int> Strategies => [.. Enum.GetValues<GemmStrategy>().Select(strategy => (int)strategy)];

    [Theory]
    [MemberData(nameof(Strategies))]
    public void Every_element_is_the_chain_of_fused_steps_bit_for_bit(int strategy) => RandomCases.Check(
        draw =>
        {
            (int m, int n, int k) = (draw.Between(0, draw.Size), draw.Between(0, draw.Size), draw.Between(0, draw.Size));
            AllForms<float>((GemmStrategy)strategy, draw, m, n, k, [WorkerTeam.Inline]);
            AllForms<double>((GemmStrategy)strategy, draw, m, n, k, [WorkerTeam.Inline]);
        },
        cases: 60,
        size: 70);

    /// <summary>Around the edges of tiles, of parts, of blocks of the depth and of what is packed at once.</summary>
    [Theory]
    [InlineData(14, 32, 16)]
    [InlineData(15, 33, 17)]
    [InlineData(13, 31, 15)]
    [InlineData(28, 64, 257)]
    [InlineData(57, 65, 513)]
    [InlineData(56, 1025, 3)]
    [InlineData(225, 31, 3)]
    [InlineData(4, 2049, 19)]
    [InlineData(5, 1025, 300)]
    [InlineData(1025, 1, 3)]
    [InlineData(1, 1, 1025)]
    [InlineData(2, 3, 1025)]
    [InlineData(40, 40, 2100)]
    [InlineData(44, 32, 600)]
    public void Block_edges_and_workers_cannot_be_seen(int m, int n, int k)
    {
        using WorkerTeam two = new(2), three = new(3), eight = new(8);
        foreach (GemmStrategy strategy in Enum.GetValues<GemmStrategy>())
        {
            AllForms<float>(strategy, new Draw(1, 1), m, n, k, [WorkerTeam.Inline, two, three, eight]);
            AllForms<double>(strategy, new Draw(2, 1), m, n, k, [WorkerTeam.Inline, two, three, eight]);
        }
    }

    [Fact]
    public void A_depth_that_is_packed_in_several_chunks_is_one_chain()
    {
        // 8 MiB hold 2,048 floats of each of 1,024 columns; and with 57 rows there are several parts, for which b is packed once.
        const int M = 57, N = 1000, K = 2500;
        var draw = new Draw(3, 1);
        Tensor<float> a = draw.Tensor<float>(new Shape(M * K)), b = draw.Tensor<float>(new Shape(N * K)), c = new(new Shape(M * N)), expected = c.Clone();
        Naive.Product<float>(a.Span, false, b.Span, true, expected.Span, M, N, K, false);
        Multiply(GemmStrategy.Automatic, a.Span, false, b.Span, true, c.Span, M, N, K, false, WorkerTeam.Inline);
        Agree.Exactly<float>("product", expected.Span, c.Span);
    }

    [Fact]
    public void A_result_that_is_written_past_the_caches_is_the_same()
    {
        // 36 MiB; the second time its rows do not start on cache lines.
        const int M = 2304, N = 4096, K = 3;
        var draw = new Draw(4, 1);
        Tensor<float> a = draw.Tensor<float>(new Shape(M * K)), b = draw.Tensor<float>(new Shape(N * K)), expected = new(new Shape(M * N)), c = new(new Shape((M * N) + 1));
        Multiply(GemmStrategy.RowUpdates, a.Span, false, b.Span, true, expected.Span, M, N, K, false, WorkerTeam.Inline);
        foreach (int start in (int[])[0, 1])
        {
            Multiply(GemmStrategy.Automatic, a.Span, false, b.Span, true, c.Span[start..(start + (M * N))], M, N, K, false, WorkerTeam.Inline);
            Agree.Exactly<float>("product", expected.Span, c.Span[start..(start + (M * N))]);
        }
    }

    private static void AllForms<T>(GemmStrategy strategy, Draw draw, int m, int n, int k, WorkerTeam[] teams)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int form = 0; form < 8; form++)
        {
            (bool transposeA, bool transposeB, bool accumulate) = ((form & 1) != 0, (form & 2) != 0, (form & 4) != 0);
            using GuardedMemory<T> a = GuardedMemory<T>.Of(draw.Tensor<T>(new Shape(m * k)).Span), b = GuardedMemory<T>.Of(draw.Tensor<T>(new Shape(k * n)).Span);
            Tensor<T> before = draw.Tensor<T>(new Shape(m * n));
            Tensor<T> expected = before.Clone();
            Naive.Product<T>(a.GetSpan(), transposeA, b.GetSpan(), transposeB, expected.Span, m, n, k, accumulate);
            foreach (WorkerTeam team in teams)
            {
                using GuardedMemory<T> c = GuardedMemory<T>.Of(before.Span);
                Multiply(strategy, a.GetSpan(), transposeA, b.GetSpan(), transposeB, c.GetSpan(), m, n, k, accumulate, team);
                Agree.Exactly<T>($"{strategy} [{m}, {n}, {k}] form {form} with {team.Workers} workers", expected.Span, c.GetSpan());
            }
        }
    }

    private static void Multiply<T>(
        GemmStrategy strategy, ReadOnlySpan<T> a, bool transposeA, ReadOnlySpan<T> b, bool transposeB, Span<T> c, int m, int n, int k, bool accumulate, WorkerTeam team)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Engine.Kernels.Gemm.Gemm.Multiply(a, transposeA, b, transposeB, c, m, n, k, accumulate, team, strategy);
}
