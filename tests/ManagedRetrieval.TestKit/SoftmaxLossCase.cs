using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.TestKit;

/// <summary>A random in-batch softmax loss with whatever options, but for its embeddings.</summary>
public sealed record SoftmaxLossCase
{
    public required int Queries { get; init; }

    public required int Candidates { get; init; }

    public required int Width { get; init; }

    /// <summary>0 where queries are of rank 2.</summary>
    public int Heads { get; init; }

    public required int[] Positives { get; init; }

    public required int[] PositiveOffsets { get; init; }

    public int[] Removed { get; init; } = [];

    public int[] RemovedOffsets { get; init; } = [];

    public bool[] Mask { get; init; } = [];

    public int HardNegatives { get; init; }

    public bool KeepsPositives { get; init; }

    public bool MeanOfPositives { get; init; }

    public bool Symmetric { get; init; }

    public int Vectors => Queries * Math.Max(1, Heads);

    public Shape QueryShape => Heads == 0 ? new Shape(Queries, Width) : new Shape(Queries, Heads, Width);

    public Shape CandidateShape => new(Candidates, Width);

    public OpIndices Indices => new(Positives, PositiveOffsets) { Removed = Removed, RemovedOffsets = RemovedOffsets, Mask = Mask };

    /// <param name="draw">Decides.</param>
    /// <param name="queries">Rows.</param>
    /// <param name="candidates">Columns, at least as many.</param>
    /// <param name="width">Elements of a vector.</param>
    public static SoftmaxLossCase Random(Draw draw, int queries, int candidates, int width)
    {
        bool[] mask = draw.Below(3) == 0 ? [.. Enumerable.Range(0, queries * candidates).Select(_ => draw.Below(4) > 0)] : [];
        bool several = draw.Below(3) == 0;
        List<int>[] positives = [.. Enumerable.Range(0, queries).Select(i => Own(draw, i, several, candidates, mask))];
        int[][] removed = draw.Bool()
            ? [.. Enumerable.Range(0, queries).Select(i => draw.Ids(draw.Below(5), candidates).Where(j => !positives[i].Contains(j)).ToArray())]
            : [];
        return new SoftmaxLossCase
        {
            Queries = queries,
            Candidates = candidates,
            Width = width,
            Heads = draw.OneOf(0, 0, 1, 2, 3),
            Positives = [.. positives.SelectMany(list => list)],
            PositiveOffsets = Offsets(positives),
            Removed = [.. removed.SelectMany(list => list)],
            RemovedOffsets = removed.Sum(list => list.Length) == 0 ? [] : Offsets(removed),
            Mask = mask,
            HardNegatives = draw.Below(3) == 0 ? draw.Between(1, candidates) : 0,
            KeepsPositives = draw.Bool(),
            MeanOfPositives = draw.Bool(),
            Symmetric = draw.Below(3) == 0,
        };
    }

    public SoftmaxLossProblem<T> Problem<T>(Tensor<T> queries, Tensor<T> candidates, Tensor<T> logProbability)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new()
        {
            Queries = queries,
            Candidates = candidates,
            Positives = Positives,
            PositiveOffsets = PositiveOffsets,
            LogProbability = logProbability,
            KeepsPositives = KeepsPositives,
            Removed = Removed,
            RemovedOffsets = RemovedOffsets,
            Mask = Mask,
            HardNegatives = HardNegatives,
            MeanOfPositives = MeanOfPositives,
            Symmetric = Symmetric,
        };

    /// <summary>A row's positives: its own first, and of others none that the mask hides; a dropped row has its own alone.</summary>
    private static List<int> Own(Draw draw, int row, bool several, int candidates, bool[] mask)
    {
        List<int> own = [row];
        for (int further = several ? draw.Below(4) : 0; further > 0; further--)
        {
            int column = draw.Below(candidates);
            if (!own.Contains(column) && (mask.Length == 0 || (mask[(row * candidates) + row] && mask[(row * candidates) + column])))
            {
                own.Add(column);
            }
        }

        return own;
    }

    private static int[] Offsets(IEnumerable<IReadOnlyCollection<int>> lists)
    {
        List<int> offsets = [0];
        foreach (IReadOnlyCollection<int> list in lists)
        {
            offsets.Add(offsets[^1] + list.Count);
        }

        return [.. offsets];
    }
}
