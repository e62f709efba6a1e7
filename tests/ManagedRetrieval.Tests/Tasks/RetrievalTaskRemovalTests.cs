using System.Numerics;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Tasks;

public class RetrievalTaskRemovalTests
{
    [Fact]
    public void Removed_hits_get_exactly_zero_weight_and_gradient() => RandomCases.Check(
        draw =>
        {
            RetrievalCase given = WithHits(draw);
            Check<double>(given);
            Check<float>(given);

            static void Check<T>(RetrievalCase given)
                where T : unmanaged, IBinaryFloatingPointIeee754<T>
            {
                for (int i = 0; i < given.Queries; i++)
                {
                    Tensor<T> gradient = given.OnlyRow(i).Run<T>().CandidateGradient;
                    HashSet<int> kept = [.. RetrievalReference.Kept(given, i)];
                    for (int j = 0; j < given.Candidates; j++)
                    {
                        Assert.True(kept.Contains(j) || gradient.Row(j).IndexOfAnyExcept(T.Zero) < 0, $"row {i} moves its removed candidate {j}");
                    }
                }
            }
        },
        cases: 60);

    [Theory]
    [InlineData(-3)]
    [InlineData(1e4)]
    [InlineData(1e30)]
    [InlineData(-1e30)]
    public void Moving_a_removed_candidate_changes_nothing_for_the_row(double position) => RandomCases.Check(
        draw =>
        {
            RetrievalCase given = WithHits(draw);
            Check<double>(given, position);
            Check<float>(given, position);

            static void Check<T>(RetrievalCase given, double position)
                where T : unmanaged, IBinaryFloatingPointIeee754<T>
            {
                // The last candidate is the planted hit of row 0, and of no row with another key.
                int hit = given.Candidates - 1;
                double[] elsewhere = new double[given.Dimensions];
                elsewhere.AsSpan().Fill(position);
                RetrievalCase moved = given.WithCandidate(hit, elsewhere);
                for (int i = 0; i < given.Queries; i++)
                {
                    (Outcome<T> before, Outcome<T> after) = (given.OnlyRow(i).Run<T>(), moved.OnlyRow(i).Run<T>());
                    if (given.Keys![i] == given.Keys[hit])
                    {
                        after.IsExactly(before);
                    }
                    else
                    {
                        Assert.NotEqual(before.Loss[0], after.Loss[0]);
                    }
                }
            }
        },
        cases: 30);

    [Fact]
    public void A_copy_of_a_positive_among_the_extra_negatives_leaves_its_row_alone_and_adds_its_term_to_the_others() => RandomCases.Check(
        draw =>
        {
            RetrievalCase given = RetrievalCase.Random(draw, true, true, true, false, draw.Between(2, 6), draw.Between(0, 3), draw.Length());

            // Every key once, so that the copy is the only hit.
            given = given with { Keys = [.. Enumerable.Range(0, given.Candidates).Select(j => (long)j)] };
            int copied = draw.Below(given.Queries);
            RetrievalCase withCopy = given with
            {
                Candidates = given.Candidates + 1,
                CandidateEmbeddings = [.. given.CandidateEmbeddings, .. given.CandidateEmbeddings.AsSpan(copied * given.Dimensions, given.Dimensions)],
                Probabilities = [.. given.Probabilities!, given.Probabilities![copied]],
                Keys = [.. given.Keys!, copied],
            };
            for (int i = 0; i < given.Queries; i++)
            {
                (Outcome<double> before, Outcome<double> after) = (given.OnlyRow(i).Run<double>(), withCopy.OnlyRow(i).Run<double>());
                if (i == copied)
                {
                    // Not to the last bit: an exponential may round differently at another distance from the row's end.
                    Agree.InNorm<double>("own row", before.Loss, after.Loss, 1e-14);
                    Agree.InNorm<double>("own query", before.QueryGradient.Row(i), after.QueryGradient.Row(i), 1e-14);
                }
                else
                {
                    // e^loss = Σ e^z / e^z_ii, so the copy adds e^(z_copy - z_ii).
                    double term = Math.Exp(RetrievalReference.Logit(given, i, copied) - RetrievalReference.Logit(given, i, i));
                    Assert.Equal(Math.Exp(before.Loss[0]) + term, Math.Exp(after.Loss[0]), 1e-10 * Math.Exp(after.Loss[0]));
                }
            }
        },
        cases: 60);

    [Fact]
    public void Hits_stay_in_unless_they_are_to_be_removed()
    {
        RetrievalCase given = WithHits(new Draw(3, 6));
        double removed = given.Run<double>().Loss[0];
        double kept = (given with { Keys = null }).Run<double>().Loss[0];
        Assert.True(kept > removed, $"{kept} must be over {removed}");
    }

    [Fact]
    public void A_row_all_of_whose_negatives_are_removed_has_no_loss_and_no_gradient()
    {
        // Long rows take vectorised paths that short ones do not.
        foreach (int extra in (int[])[1, 2, 6, 40])
        {
            RetrievalCase given = RetrievalCase.Random(new Draw(4, 6), true, true, true, false, 3, extra, 5);
            given = given with { Keys = new long[given.Candidates] };
            Check<double>(given);
            Check<float>(given);
        }

        static void Check<T>(RetrievalCase given)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Outcome<T> outcome = given.Run<T>();
            Assert.Equal(T.Zero, outcome.Loss[0]);
            Assert.True(outcome.QueryGradient.Span.IndexOfAnyExcept(T.Zero) < 0);
            Assert.True(outcome.CandidateGradient.Span.IndexOfAnyExcept(T.Zero) < 0);
        }
    }

    [Fact]
    public void The_kind_of_id_makes_no_difference()
    {
        RetrievalCase given = RetrievalCase.Random(new Draw(9, 12), true, true, true, true, 30, 10, 5);
        Outcome<double> ints = (given with { Kind = IdKind.Int }).Run<double>();
        (given with { Kind = IdKind.Long }).Run<double>().IsExactly(ints);
        (given with { Kind = IdKind.Text }).Run<double>().IsExactly(ints);
    }

    private static RetrievalCase WithHits(Draw draw)
    {
        RetrievalCase given = RetrievalCase.Random(draw, true, draw.Bool(), true, false, draw.Between(2, 6), draw.Between(1, 4), draw.Length());
        given.Keys![^1] = given.Keys[0];
        return given;
    }
}
