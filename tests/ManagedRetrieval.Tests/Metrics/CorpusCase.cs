using System.Numerics;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Metrics;

/// <summary>Embeddings with what makes ranks go wrong: values that tie often, rows that are copies of others, NaN, heads.</summary>
internal sealed class CorpusCase<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Draw _draw;
    private readonly bool _whole;

    public CorpusCase(Draw draw, int? queries = null, int? candidates = null)
    {
        (_draw, _whole) = (draw, draw.Below(3) > 0);
        (int queryCount, int candidateCount, int width) = (queries ?? draw.Length(), candidates ?? draw.Length(), draw.Between(1, 6));
        Queries = Values(draw.Bool() ? new Shape(queryCount, width) : new Shape(queryCount, draw.Between(1, 3), width), nanIn: 40);
        Candidates = Values(new Shape(candidateCount, width), nanIn: 12);
        for (int row = 0; row < candidateCount; row++)
        {
            if (draw.Below(5) == 0)
            {
                Candidates.Row(draw.Below(candidateCount)).CopyTo(Candidates.Row(row));
            }
        }

        // Any order, and with repetitions.
        Excluded = [.. Enumerable.Range(0, queryCount).Select(_ => draw.Bool() ? [] : draw.Ids(draw.Between(1, candidateCount + 2), candidateCount))];
    }

    public Tensor<T> Queries { get; }

    public Tensor<T> Candidates { get; }

    public int[][] Excluded { get; }

    public int QueryCount => Queries.Shape.Rows;

    public int CandidateCount => Candidates.Shape.Rows;

    public int Width => Candidates.Shape.RowLength;

    /// <summary>Rows that are new, or copies of rows of the corpus.</summary>
    public Tensor<T> TrueCandidates()
    {
        Tensor<T> rows = Values(new Shape(QueryCount, Width), nanIn: 12);
        for (int query = 0; query < QueryCount; query++)
        {
            if (_draw.Below(3) > 0)
            {
                Candidates.Row(_draw.Below(CandidateCount)).CopyTo(rows.Row(query));
            }
        }

        return rows;
    }

    private Tensor<T> Values(Shape shape, int nanIn)
    {
        var tensor = new Tensor<T>(shape);
        for (int i = 0; i < shape.Length; i++)
        {
            tensor.Span[i] = T.CreateChecked(_whole ? _draw.Between(-2, 2) : (float)_draw.Uniform(-1, 1));
        }

        for (int row = 0; row < shape.Rows; row++)
        {
            if (_draw.Below(nanIn) == 0)
            {
                tensor.Row(row)[_draw.Below(shape.RowLength)] = T.NaN;
            }
        }

        return tensor;
    }
}
