using System.Numerics;
using ManagedRetrieval.Engine.Kernels.Gemm;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels.Gemm;

public class RowUpdateGemmTests
{
    [Fact]
    public void Every_element_is_the_chain_of_fused_steps_bit_for_bit() => RandomCases.Check(
        draw =>
        {
            (int m, int n, int k) = (draw.Between(0, draw.Size), draw.Between(0, draw.Size), draw.Between(0, draw.Size));
            AllForms<float>(draw, m, n, k, [WorkerTeam.Inline]);
            AllForms<double>(draw, m, n, k, [WorkerTeam.Inline]);
        },
        cases: 60,
        size: 70);

    [Theory]
    [InlineData(31, 1023, 3)]
    [InlineData(32, 1024, 2)]
    [InlineData(33, 1025, 3)]
    [InlineData(65, 33, 1)]
    [InlineData(1, 2049, 2)]
    [InlineData(1025, 1, 3)]
    [InlineData(2, 3, 1025)]
    public void Block_edges_and_workers_cannot_be_seen(int m, int n, int k)
    {
        using WorkerTeam two = new(2), three = new(3), eight = new(8);
        AllForms<float>(new Draw(1, 1), m, n, k, [WorkerTeam.Inline, two, three, eight]);
        AllForms<double>(new Draw(2, 1), m, n, k, [WorkerTeam.Inline, two, three, eight]);
    }

    private static void AllForms<T>(Draw draw, int m, int n, int k, WorkerTeam[] teams)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int form = 0; form < 8; form++)
        {
            (bool transposeA, bool transposeB, bool accumulate) = ((form & 1) != 0, (form & 2) != 0, (form & 4) != 0);
            Tensor<T> a = draw.Tensor<T>(new Shape(m * k));
            Tensor<T> b = draw.Tensor<T>(new Shape(k * n));
            Tensor<T> before = draw.Tensor<T>(new Shape(m * n));
            Tensor<T> expected = before.Clone();
            Naive.Product<T>(a.Span, transposeA, b.Span, transposeB, expected.Span, m, n, k, accumulate);
            foreach (WorkerTeam team in teams)
            {
                Tensor<T> c = before.Clone();
                RowUpdateGemm.Multiply<T>(a.Span, transposeA, b.Span, transposeB, c.Span, m, n, k, accumulate, team);
                Agree.Exactly<T>($"[{m}, {n}, {k}] form {form} with {team.Workers} workers", expected.Span, c.Span);
            }
        }
    }
}
