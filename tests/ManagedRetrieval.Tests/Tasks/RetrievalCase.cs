using System.Globalization;
using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
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

    /// <summary>What names each candidate; null where accidental hits stay in.</summary>
    public long[]? Keys { get; init; }

    public IdKind Kind { get; init; }

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
        => new(new RetrievalTaskOptions { Temperature = Temperature, RemoveAccidentalHits = Keys is not null });

    public RetrievalArguments<T> Arguments<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => new()
        {
            SampleWeight = Weights is null ? default : Vector<T>(Weights),
            CandidateSamplingProbability = Probabilities is null ? default : Vector<T>(Probabilities),
            CandidateIds = Keys is null ? default : Ids(Keys, Kind),
        };

    public Tensor<T> QueryTensor<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => new(new Shape(Queries, Dimensions), Convert<T>(QueryEmbeddings));

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
        Variable<T> loss = Task<T>().Loss(queries, candidates, Arguments<T>());
        Assert.Equal(new Shape(1), loss.Shape);
        tape.Backward(loss);
        return new Outcome<T>(loss.Value.Span.ToArray(), queries.Gradient.Clone(), candidates.Gradient.Clone());
    }

    public static CandidateIds Ids(long[] keys, IdKind kind) => kind switch
    {
        IdKind.Int => Array.ConvertAll(keys, key => unchecked((int)key)),
        IdKind.Long => keys,

        // Fresh strings, so that the same reference is no help.
        _ => Array.ConvertAll(keys, key => string.Create(CultureInfo.InvariantCulture, $"item {key}")),
    };

    private static T[] Convert<T>(double[] values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Array.ConvertAll(values, T.CreateChecked);

    private static Tensor<T> Vector<T>(double[] values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => new(new Shape(values.Length), Convert<T>(values));

    private static double[] Embeddings(Draw draw, int count, int dimensions)
    {
        double limit = 1 / Math.Sqrt(dimensions);
        return Values(count, () => draw.Uniform(-limit, limit));
    }

    private static double[] Values(int count, Func<double> next)
    {
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (float)next();
        }

        return values;
    }
}

internal enum IdKind
{
    Int,
    Long,
    Text,
}

/// <summary>A loss of one number, and what backward made of it.</summary>
internal sealed record Outcome<T>(T[] Loss, Tensor<T> QueryGradient, Tensor<T> CandidateGradient)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public void AgreesWith(Outcome<double> expected, double tolerance)
    {
        Agree.InNorm<T>("loss", expected.Loss, Loss, tolerance);
        Agree.InNorm<T>("query gradient", expected.QueryGradient.Span, QueryGradient.Span, tolerance);
        Agree.InNorm<T>("candidate gradient", expected.CandidateGradient.Span, CandidateGradient.Span, tolerance);
    }

    public void IsExactly(Outcome<T> expected)
    {
        Agree.Exactly<T>("loss", expected.Loss, Loss);
        Agree.Exactly<T>("query gradient", expected.QueryGradient.Span, QueryGradient.Span);
        Agree.Exactly<T>("candidate gradient", expected.CandidateGradient.Span, CandidateGradient.Span);
    }
}
