using System.Numerics;
using ManagedRetrieval.Engine.Kernels.Gemm;
using ManagedRetrieval.Engine.Kernels.SoftmaxLoss;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels.SoftmaxLoss;

public class StreamedSoftmaxTests
{
    [Fact]
    public void Every_width_of_vectors_and_every_size_of_the_buffer_gives_what_the_formulas_say() => RandomCases.Check(
        draw =>
        {
            GemmStrategy width = draw.OneOf(GemmStrategy.Packed, GemmStrategy.Packed128, GemmStrategy.Packed256, GemmStrategy.Packed512);
            int queries = draw.Length();
            SoftmaxLossCase given = SoftmaxLossCase.Random(draw, queries, queries + draw.Between(0, 300), draw.Length()) with { HardNegatives = 0 };
            var operands = Operands.Of(draw, given);

            // From a single chunk at a time to all at once.
            int bufferBytes = draw.OneOf(1, 50_000, 400_000, 1 << 24);
            Run<double>(given, operands, width, bufferBytes, WorkerTeam.Inline).Agrees(given, operands, 1e-12);
            Run<float>(given, operands, width, bufferBytes, WorkerTeam.Inline).Agrees(given, operands, 2e-5);
        },
        cases: 200,
        size: 70);

    [Fact]
    public void Any_number_of_workers_gives_the_same_bits() => RandomCases.Check(
        draw =>
        {
            SoftmaxLossCase given = SoftmaxLossCase.Random(draw, 150, 400, 20) with { HardNegatives = 0 };
            var operands = Operands.Of(draw, given);
            int bufferBytes = draw.OneOf(1, 400_000, 1 << 24);
            Results<float> alone = Run<float>(given, operands, GemmStrategy.Automatic, bufferBytes, WorkerTeam.Inline);
            foreach (int workers in (int[])[2, 3, 8])
            {
                using var team = new WorkerTeam(workers);
                Results<float> shared = Run<float>(given, operands, GemmStrategy.Automatic, bufferBytes, team);
                Agree.Exactly<float>("losses", alone.Losses, shared.Losses);
                Agree.Exactly<float>("query gradient", alone.QueryGradient, shared.QueryGradient);
                Agree.Exactly<float>("candidate gradient", alone.CandidateGradient, shared.CandidateGradient);
            }
        },
        cases: 15);

    [Fact]
    public void What_is_taken_out_weighs_exactly_nothing_however_large_it_is()
    {
        // The removed candidate's score is the largest by far, in a chunk of its own and in the one of its row's positive.
        const int Queries = 3, Candidates = 250;
        foreach (int removed in (int[])[2, 240])
        {
            var given = new SoftmaxLossCase
            {
                Queries = Queries,
                Candidates = Candidates,
                Width = 4,
                Positives = [0, 1, 2],
                PositiveOffsets = [0, 1, 2, 3],
                Removed = [removed, removed],
                RemovedOffsets = [0, 1, 2, 2],
            };
            var draw = new Draw(8, 1);
            var operands = Operands.Of(draw, given) with { Factors = [1, 1, 0] };
            Results<float> before = Run<float>(given, operands, GemmStrategy.Automatic, 1 << 24, WorkerTeam.Inline);
            operands.Candidates.AsSpan(removed * 4, 4).Fill(1e4);
            Results<float> after = Run<float>(given, operands, GemmStrategy.Automatic, 1 << 24, WorkerTeam.Inline);
            Assert.Equal(before.Losses[..2], after.Losses[..2]);
            Assert.Equal(before.QueryGradient, after.QueryGradient);
            Assert.Equal(-1, after.CandidateGradient.AsSpan(removed * 4, 4).IndexOfAnyExcept(0f));
        }
    }

    private static Results<T> Run<T>(SoftmaxLossCase given, Operands operands, GemmStrategy width, int bufferBytes, WorkerTeam team)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var results = new Results<T>(new T[given.Queries], new T[operands.Queries.Length], new T[operands.Candidates.Length]);
        var arguments = new SoftmaxArguments<T>
        {
            Queries = Of(operands.Queries),
            Candidates = Of(operands.Candidates),
            Width = given.Width,
            Heads = Math.Max(1, given.Heads),
            LogProbability = Of(operands.LogProbability ?? []),
            KeepsPositives = given.KeepsPositives,
            Positives = given.Positives,
            PositiveOffsets = given.PositiveOffsets,
            Removed = given.Removed,
            RemovedOffsets = given.RemovedOffsets,
            Mask = given.Mask,
            MeanOfPositives = given.MeanOfPositives,
            Symmetric = given.Symmetric,
            Factors = Of(operands.Factors),
            Losses = results.Losses,
            QueryGradient = results.QueryGradient,
            CandidateGradient = results.CandidateGradient,
        };
        StreamedSoftmax<T>.Run(arguments, team, width, bufferBytes);
        return results;

        static T[] Of(double[] values) => [.. values.Select(T.CreateChecked)];
    }

    private sealed record Operands(double[] Queries, double[] Candidates, double[]? LogProbability, double[] Factors)
    {
        public static Operands Of(Draw draw, SoftmaxLossCase given) => new(
            draw.Values(given.QueryShape.Length), draw.Values(given.CandidateShape.Length), draw.Bool() ? draw.Values(given.Candidates) : null, draw.Values(given.Queries));
    }

    private sealed record Results<T>(T[] Losses, T[] QueryGradient, T[] CandidateGradient)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Agrees(SoftmaxLossCase given, Operands operands, double tolerance)
        {
            SoftmaxLossReference expected = SoftmaxLossReference.Run(given, operands.Queries, operands.Candidates, operands.LogProbability, operands.Factors);
            Agree.InNorm<T>("losses", expected.Losses, Losses, tolerance, 0.1);
            Agree.InNorm<T>("query gradient", expected.QueryGradient, QueryGradient, tolerance, 0.1);
            Agree.InNorm<T>("candidate gradient", expected.CandidateGradient, CandidateGradient, tolerance, 0.1);
        }
    }
}
