using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Tests.Persistence;

namespace ManagedRetrieval.Tests.Indexing;

/// <summary>A live index and beside it a plain list, which says what the index must answer; random operations on both.</summary>
internal sealed partial class LiveModel
{
    private readonly Draw _draw;
    private readonly int _dimensions, _names, _longestBatch;
    private readonly Similarity _similarity;
    private readonly Func<ICandidateSource<int>, TopKIndex<int>> _build;
    private readonly List<(LiveSnapshot<int> Snapshot, Row[] Rows)> _snapshots = [];
    private List<Row> _rows = [];
    private bool _building;

    /// <param name="draw">Decides everything.</param>
    /// <param name="build">The kind of index that is built by compactions; exact.</param>
    /// <param name="longestBatch">Candidates that are upserted or deleted at once.</param>
    /// <param name="names">Different identifiers.</param>
    public LiveModel(Draw draw, Func<ICandidateSource<int>, Similarity, TopKIndex<int>> build, int longestBatch, int names)
    {
        (_draw, _dimensions, _names, _longestBatch) = (draw, draw.Between(1, 5), names, longestBatch);
        _similarity = draw.OneOf(Similarity.DotProduct, Similarity.Cosine);
        _build = source => build(source, _similarity);
        if (draw.Bool())
        {
            Index = new LiveIndex<int>(_dimensions, Build, _similarity);
            return;
        }

        int count = draw.Between(1, 2 * longestBatch);
        int[] identifiers = draw.Ids(count, names);
        Tensor<float> rows = Rows(count);
        var candidates = new TensorCandidates<int>(rows, identifiers);
        Index = new LiveIndex<int>(_build(candidates), candidates, Build);
        _rows = [.. identifiers.Select((identifier, row) => new Row(identifier, rows.Row(row).ToArray(), true))];
    }

    public LiveIndex<int> Index { get; private set; }

    /// <summary>One operation.</summary>
    public void Step()
    {
        long version = Index.Version;
        int changes = _draw.Below(_building ? 9 : 12) switch
        {
            0 => Upsert(1),
            1 => UpsertOne(),
            2 => Upsert(_draw.Between(0, _longestBatch)),
            3 => DeleteOne(),
            4 => Delete(_draw.Between(0, _longestBatch)),
            5 => TakeSnapshot(),
            < 9 => Search(),
            9 => Compact(changesMeanwhile: false),
            10 => Compact(changesMeanwhile: true),
            _ => SaveAndLoad(),
        };
        Assert.Equal(version + changes, Index.Version);
        Assert.Equal(_rows.Count(row => row.Alive), Index.Count);
    }

    private TopKIndex<int> Build(ICandidateSource<int> source, CancellationToken cancellationToken)
    {
        for (int step = _building ? _draw.Below(8) : 0; step > 0; step--)
        {
            Step();
        }

        return _build(source);
    }

    private int UpsertOne()
    {
        (int identifier, float[] embedding) = (_draw.Below(_names), Rows(1).Span.ToArray());
        Assert.Equal(!Remove(identifier), Index.Upsert(identifier, embedding));
        _rows.Add(new Row(identifier, embedding, true));
        return 1;
    }

    private int Upsert(int count)
    {
        int[] identifiers = _draw.Ids(count, _names);
        Tensor<float> rows = Rows(count);
        int added = 0;
        for (int row = 0; row < count; row++)
        {
            added += Remove(identifiers[row]) ? 0 : 1;
            _rows.Add(new Row(identifiers[row], rows.Row(row).ToArray(), true));
        }

        Assert.Equal(added, Index.Upsert(identifiers, rows));
        rows.Span.Fill(float.NaN);
        return count > 0 ? 1 : 0;
    }

    private int DeleteOne()
    {
        int identifier = _draw.Below(_names);
        bool known = Remove(identifier);
        Assert.Equal(known, Index.Delete(identifier));
        return known ? 1 : 0;
    }

    private int Delete(int count)
    {
        int[] identifiers = _draw.Ids(count, _names + 2);
        int deleted = identifiers.Count(Remove);
        Assert.Equal(deleted, Index.Delete(identifiers));
        return deleted > 0 ? 1 : 0;
    }

    private int TakeSnapshot()
    {
        _snapshots.Add((Index.Snapshot(), [.. _rows]));
        return 0;
    }

    private int Compact(bool changesMeanwhile)
    {
        (long version, int changes) = (Index.Version, Index.Snapshot().Changes);
        int built = _rows.Count;
        _building = changesMeanwhile;
        bool compacted = Index.Compact();
        _building = false;
        Assert.Equal(changes > 0, compacted);

        // What was dead before is gone; what died or came and died meanwhile is gone too, but for the rows that were built in.
        bool[] kept = new bool[_rows.Count];
        for (int row = 0; row < kept.Length; row++)
        {
            kept[row] = _rows[row].Alive || (row < built && _rows[row].DiedWhileBuilding);
        }

        _rows = [.. _rows.Where((_, row) => kept[row] || !compacted).Select(row => row with { DiedWhileBuilding = false })];
        if (compacted && !changesMeanwhile)
        {
            Assert.Equal(0, Index.Snapshot().Changes);
        }

        return (int)(Index.Version - version);
    }

    /// <summary>What is alive goes into a file, and a new live index stands on what the file holds.</summary>
    private int SaveAndLoad()
    {
        if (Index.Count == 0)
        {
            return 0;
        }

        long version = Index.Version;
        ICandidateSource<int> candidates = Index.Snapshot().Candidates;
        TopKIndex<int> loaded = IndexFile.Read<int>(Samples.Load(Samples.Bytes(IndexFile.Write(_build(candidates)))), null, null);
        Index = new LiveIndex<int>(loaded, candidates, Build);
        _rows = [.. _rows.Where(row => row.Alive)];
        return (int)(Index.Version - version);
    }

    private bool Remove(int identifier)
    {
        bool removed = false;
        for (int row = 0; row < _rows.Count; row++)
        {
            if (_rows[row].Alive && _rows[row].Identifier == identifier)
            {
                _rows[row] = _rows[row] with { Alive = false, DiedWhileBuilding = _building };
                removed = true;
            }
        }

        return removed;
    }

    private Tensor<float> Rows(int count) => Whole(new Shape(count, _dimensions));

    /// <summary>Small whole numbers: many equal scores.</summary>
    private Tensor<float> Whole(Shape shape)
    {
        var tensor = new Tensor<float>(shape);
        for (int i = 0; i < shape.Length; i++)
        {
            tensor.Span[i] = _draw.Between(-3, 3);
        }

        return tensor;
    }

    private readonly record struct Row(int Identifier, float[] Embedding, bool Alive, bool DiedWhileBuilding = false);
}
