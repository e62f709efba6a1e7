using System.Globalization;
using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Losses;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Tasks;

/// <summary>One call of the retrieval task, in numbers that float holds exactly.</summary>
internal sealed record RetrievalCase
{
    public required int Queries { get; init; }

    public required int Candidates { get; init; }

    public required int Dimensions { get; init; }

    public required double[] QueryEmbeddings { get; init; }

    public required double[] CandidateEmbeddings { get; init; }

    public double? Temperature { get; init; }

    public double[]? Probabilities { get; init; }

    public double[]? Weights { get; init; }

    /// <summary>What names each candidate; null where nothing does.</summary>
    public long[]? Keys { get; init; }

    public IdKind Kind { get; init; }

    /// <summary>Whether accidental hits stay in although candidates have names.</summary>
    public bool KeepHits { get; init; }

    /// <summary>0 where queries are of rank 2.</summary>
    public int Heads { get; init; }

    public bool NegativesOnly { get; init; }

    public bool LearnTemperature { get; init; }

    /// <summary>For each query the names of candidates that are known to be right.</summary>
    public long[][]? Known { get; init; }

    /// <summary>[Queries, Candidates], row by row.</summary>
    public bool[]? Mask { get; init; }

    public int? HardNegatives { get; init; }

    /// <summary>What names each query; equal names are positives of each other.</summary>
    public long[]? QueryKeys { get; init; }

    /// <summary>For each query the columns of further positives.</summary>
    public int[][]? Positives { get; init; }

    public LossKind LossKind { get; init; }

    public double Smoothing { get; init; }

    public double Margin { get; init; } = 1;

    public bool Symmetric { get; init; }

    public LossReduction Reduction { get; init; }

    /// <summary>What backward starts from where the loss is not reduced, [Queries].</summary>
    public double[]? Cotangent { get; init; }

    public bool Compatible { get; init; }

    public LossRoute Route { get; init; }

    /// <summary>Numbers in one query.</summary>
    public int QueryLength => Math.Max(1, Heads) * Dimensions;

    /// <summary>Embeddings of about unit length, so that no row is so sure of itself that its loss is only rounding.</summary>
    public static RetrievalCase Random(
        Draw draw, bool temperature, bool correction, bool removal, bool weights, int queries, int extra, int dimensions)
    {
        int candidates = queries + extra;
        return new RetrievalCase
        {
            Queries = queries,
            Candidates = candidates,
            Dimensions = dimensions,
            QueryEmbeddings = Embeddings(draw, queries * dimensions, dimensions),
            CandidateEmbeddings = Embeddings(draw, candidates * dimensions, dimensions),
            Temperature = temperature ? draw.OneOf(0.5, 0.7, 1, 3) : null,
            Probabilities = correction ? Values(candidates, () => draw.Uniform(0.2, 1)) : null,
            Weights = weights ? Values(queries, () => draw.Below(3) == 0 ? 0 : draw.Uniform(0.25, 2)) : null,
            Keys = removal ? [.. draw.Ids(candidates, Math.Max(1, candidates / 2)).Select(id => id * 0x1_0000_0001L)] : null,
            Kind = draw.OneOf(IdKind.Int, IdKind.Long, IdKind.Text),
        };
    }

    public static RetrievalCase Random(Draw draw) => Random(
        draw, draw.Bool(), draw.Bool(), draw.Bool(), draw.Bool(), draw.Length(), draw.Bool() ? 0 : draw.Length(), draw.Length());

    /// <summary>Only one row's loss counts.</summary>
    public RetrievalCase OnlyRow(int row)
    {
        double[] weights = new double[Queries];
        weights[row] = 1;
        return this with { Weights = weights };
    }

    public RetrievalCase WithCandidate(int row, params ReadOnlySpan<double> embedding)
    {
        double[] moved = [.. CandidateEmbeddings];
        embedding.CopyTo(moved.AsSpan(row * Dimensions, Dimensions));
        return this with { CandidateEmbeddings = moved };
    }

    public RetrievalTask<T> Task<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => new(new RetrievalTaskOptions<T>
        {
            Loss = LossKind switch
            {
                LossKind.Sigmoid => new SigmoidLoss<T>(),
                LossKind.Bpr => new BprLoss<T>(),
                LossKind.Hinge => new HingeLoss<T>(Margin),
                LossKind.SoftmaxMean => new SoftmaxLoss<T>(Smoothing, MultiPositiveForm.Mean),
                _ => new SoftmaxLoss<T>(Smoothing),
            },
            Reduction = Reduction,
            Temperature = Temperature,
            LearnTemperature = LearnTemperature,
            SamplingCorrection = NegativesOnly ? SamplingCorrection.NegativesOnly : SamplingCorrection.AllColumns,
            NumberOfHardNegatives = HardNegatives,
            RemoveAccidentalHits = Keys is not null && !KeepHits,
            MaskedPositive = MaskedPositive.DropRow,
            Symmetric = Symmetric,
            TfrsCompatible = Compatible,
            Route = Route,
        });

    public RetrievalArguments<T> Arguments<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => new()
        {
            SampleWeight = Weights is null ? default : Vector<T>(Weights),
            CandidateSamplingProbability = Probabilities is null ? default : Vector<T>(Probabilities),
            CandidateIds = Keys is null ? default : Ids(Keys, Kind),
            QueryIds = QueryKeys is null ? default : Ids(QueryKeys, Kind),
            PositiveColumns = Positives is null ? null : Ragged(Positives),
            KnownPositives = Known is null ? default : new KnownPositives(Ids([.. Known.SelectMany(list => list)], Kind), Starts(Known)),
            ScoreMask = Mask is null ? default : new ScoreMask(Queries, Candidates, Mask),
        };

    public Tensor<T> QueryTensor<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => new(Heads == 0 ? new Shape(Queries, Dimensions) : new Shape(Queries, Heads, Dimensions), Convert<T>(QueryEmbeddings));

    public Tensor<T> CandidateTensor<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => new(new Shape(Candidates, Dimensions), Convert<T>(CandidateEmbeddings));

    /// <summary>What the library makes of this case.</summary>
    public Outcome<T> Run<T>(WorkerTeam? workers = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var tape = new Tape<T>(workers);
        Variable<T> queries = tape.Input(QueryTensor<T>());
        Variable<T> candidates = tape.Input(CandidateTensor<T>());
        RetrievalTask<T> task = Task<T>();
        Variable<T> loss = task.Loss(queries, candidates, Arguments<T>());
        if (Reduction == LossReduction.None)
        {
            tape.Backward(loss, Vector<T>(Cotangent!));
        }
        else
        {
            Assert.Equal(new Shape(1), loss.Shape);
            tape.Backward(loss);
        }

        return new Outcome<T>(loss.Value.Span.ToArray(), queries.Gradient.Clone(), candidates.Gradient.Clone())
        {
            TemperatureGradient = task.Parameters is [DenseParameter<T> learned] ? learned.Gradient.Span.ToArray() : [],
        };
    }

    public static CandidateIds Ids(long[] keys, IdKind kind) => kind switch
    {
        IdKind.Int => Array.ConvertAll(keys, key => unchecked((int)key)),
        IdKind.Long => keys,

        // Fresh strings, so that the same reference is no help.
        _ => Array.ConvertAll(keys, key => string.Create(CultureInfo.InvariantCulture, $"item {key}")),
    };

    public static RaggedIds Ragged(int[][] lists)
    {
        var ragged = new RaggedIds();
        foreach (int[] list in lists)
        {
            foreach (int column in list)
            {
                ragged.Append(column);
            }

            ragged.EndRow();
        }

        return ragged;
    }

    private static int[] Starts(long[][] lists)
    {
        int[] starts = new int[lists.Length + 1];
        for (int i = 0; i < lists.Length; i++)
        {
            starts[i + 1] = starts[i] + lists[i].Length;
        }

        return starts;
    }

    private static T[] Convert<T>(double[] values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Array.ConvertAll(values, T.CreateChecked);

    private static Tensor<T> Vector<T>(double[] values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => new(new Shape(values.Length), Convert<T>(values));

    internal static double[] Embeddings(Draw draw, int count, int dimensions)
    {
        double limit = 1 / Math.Sqrt(dimensions);
        return Values(count, () => draw.Uniform(-limit, limit));
    }

    internal static double[] Values(int count, Func<double> next)
    {
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (float)next();
        }

        return values;
    }
}
