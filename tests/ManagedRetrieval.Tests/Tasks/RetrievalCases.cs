using ManagedRetrieval.Losses;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Tasks;

/// <summary>Random cases over the cross product of all options, away from kinks: no choice hangs on less than a margin.</summary>
internal static class RetrievalCases
{
    /// <summary>The least difference between what is chosen and what is not: heads, mined negatives, the two sides of a hinge.</summary>
    private const double Margin = 1e-3;

    /// <param name="draw">Decides.</param>
    /// <param name="largest">The most queries, and the most extra negatives.</param>
    /// <param name="steep">Whether scores up to 45 in magnitude are among the cases; there differences bend within the step of a gradient check.</param>
    public static RetrievalCase Random(Draw draw, int largest = 7, bool steep = true)
    {
        while (true)
        {
            RetrievalCase given = Any(draw, draw.Between(1, largest), draw.Bool() ? 0 : draw.Between(1, largest), draw.Between(1, 5), steep);
            if (HasMargins(given))
            {
                return given;
            }
        }
    }

    private static RetrievalCase Any(Draw draw, int queries, int extra, int dimensions, bool steep)
    {
        int candidates = queries + extra;
        int heads = draw.OneOf(0, 0, 1, 2, 3);
        double? temperature = draw.OneOf<double?>(null, 0.5, 0.7, 1, 3);
        bool learn = draw.Below(4) == 0;

        double scale = (steep ? draw.OneOf(1, 1, 4, 45) : 1) * Math.Min(1, temperature ?? 1);
        bool named = draw.Below(3) > 0;
        int severalPositives = draw.OneOf(0, 0, 1, 2);
        int names = Math.Max(1, candidates / 2);
        bool compatible = draw.Below(4) == 0;
        return new RetrievalCase
        {
            Queries = queries,
            Candidates = candidates,
            Dimensions = dimensions,
            Heads = heads,
            QueryEmbeddings = [.. RetrievalCase.Embeddings(draw, queries * Math.Max(1, heads) * dimensions, dimensions).Select(value => (double)(float)(value * scale))],
            CandidateEmbeddings = RetrievalCase.Embeddings(draw, candidates * dimensions, dimensions),
            Compatible = compatible,
            Temperature = temperature,
            LearnTemperature = learn,
            Probabilities = draw.Bool() ? RetrievalCase.Values(candidates, () => draw.OneOf(draw.Uniform(0.2, 1), draw.Uniform(1e-4, 1e-2), compatible ? draw.OneOf(0, 1e-9, 1e-5) : 1e-9)) : null,
            NegativesOnly = draw.Bool(),
            Keys = named ? [.. draw.Ids(candidates, names).Select(id => id * 0x1_0000_0001L)] : null,
            KeepHits = draw.Below(3) == 0,
            Known = named && draw.Bool() ? [.. Enumerable.Range(0, queries).Select(_ => draw.Ids(draw.Between(0, 2), names + 1).Select(id => id * 0x1_0000_0001L).ToArray())] : null,
            Kind = draw.OneOf(IdKind.Int, IdKind.Long, IdKind.Text),
            Mask = draw.Bool() ? [.. Enumerable.Range(0, queries * candidates).Select(_ => draw.Below(5) > 0)] : null,
            HardNegatives = draw.OneOf<int?>(null, -1, 0, 1, 2, 3, candidates),
            QueryKeys = severalPositives == 1 ? [.. draw.Ids(queries, Math.Max(1, queries / 2)).Select(id => (long)id)] : null,
            Positives = severalPositives == 2 ? [.. Enumerable.Range(0, queries).Select(_ => draw.Ids(draw.Between(0, 3), candidates))] : null,
            Weights = draw.Bool() ? RetrievalCase.Values(queries, () => draw.Below(3) == 0 ? 0 : draw.Uniform(0.25, 2)) : null,
            LossKind = draw.OneOf(LossKind.Softmax, LossKind.Softmax, LossKind.SoftmaxMean, LossKind.Sigmoid, LossKind.Bpr, LossKind.Hinge),
            Smoothing = draw.OneOf(0, 0, 0.1, 0.5),
            Margin = draw.OneOf(1, 0.25, 2),
            Symmetric = draw.Below(3) == 0,
            Reduction = draw.OneOf(LossReduction.Sum, LossReduction.Mean, LossReduction.None),
            Cotangent = RetrievalCase.Values(queries, () => draw.Uniform(-2, 2)),
            Route = draw.OneOf(LossRoute.Streamed, LossRoute.Materialized),
        };
    }

    public static bool HasMargins(RetrievalCase given)
    {
        RetrievalColumns[] rows = [.. Enumerable.Range(0, given.Queries).Select(i => RetrievalColumns.OfRow(given, i))];
        return Enumerable.Range(0, given.Queries).All(i =>
            Enumerable.Range(0, given.Candidates).All(j => HeadsAreApart(RetrievalReference.HeadScores(given, i, j)))
            && ChoiceIsClear(given, i, rows[i])
            && (given.LossKind != LossKind.Hinge || (HingeIsClear(given, rows[i], j => (i, j))
                && (!given.Symmetric || HingeIsClear(given, RetrievalColumns.OfColumn(given, rows, i), j => (j, i))))));
    }

    private static bool HeadsAreApart(double[] scores)
    {
        double[] sorted = [.. scores.OrderDescending()];
        return sorted.Length == 1 || sorted[0] - sorted[1] > Margin;
    }

    private static bool ChoiceIsClear(RetrievalCase given, int row, RetrievalColumns kept)
    {
        if (given.HardNegatives is not > 0 || given.HardNegatives >= given.Candidates - 1)
        {
            return true;
        }

        int[] before = [.. RetrievalColumns.OfRow(given with { HardNegatives = null }, row).Negatives];
        double[] chosen = [.. kept.Negatives.Select(j => RetrievalReference.Logit(given, row, j))];
        double[] left = [.. before.Except(kept.Negatives).Select(j => RetrievalReference.Logit(given, row, j))];
        return left.Length == 0 || chosen.Min() - left.Max() > Margin;
    }

    private static bool HingeIsClear(RetrievalCase given, RetrievalColumns columns, Func<int, (int Row, int Column)> place)
    {
        double Logit(int j) => RetrievalReference.Logit(given, place(j).Row, place(j).Column);
        return columns.Negatives.All(j => Math.Abs(given.Margin + Logit(j) - Logit(columns.Own)) > Margin);
    }
}
