using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Tests.Persistence;

namespace ManagedRetrieval.Tests.Indexing;

/// <summary>A live index and beside it a plain list, which says what the index must answer; random operations on both.</summary>
internal sealed class LiveModel
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

    /// <summary>Whatever was read from earlier snapshots is read again.</summary>
    public void CheckSnapshots()
    {
        foreach ((LiveSnapshot<int> snapshot, Row[] rows) in _snapshots)
        {
            Check(snapshot, rows);
            Row[] alive = [.. rows.Where(row => row.Alive)];
            int read = 0;
            foreach (CandidateBatch<int> batch in snapshot.Candidates.ReadBatches())
            {
                for (int row = 0; row < batch.Identifiers.Count; row++, read++)
                {
                    Assert.Equal(alive[read].Identifier, batch.Identifiers[row]);
                    Assert.Equal(alive[read].Embedding, batch.Embeddings.Row(row).ToArray());
                }
            }

            Assert.Equal((alive.Length, alive.Length), (read, snapshot.Candidates.Count));
        }
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

    private int Search()
    {
        Check(Index, [.. _rows]);
        return 0;
    }

    private void Check(ITopKIndex<int> index, Row[] rows)
    {
        int count = _draw.Between(1, 3), k = _draw.Between(1, rows.Length + 2);
        Tensor<float> queries = Whole(_draw.Bool() ? new Shape(count, _dimensions) : new Shape(count, 2, _dimensions));
        CandidateFilter<int>? filter = _draw.Below(3) == 0 ? null : Filter(count);
        ScoredCandidate<int>[][] found = index.Search(queries, k, filter);
        var embeddings = new Tensor<float>(new Shape(rows.Length, _dimensions));
        for (int row = 0; row < rows.Length; row++)
        {
            rows[row].Embedding.CopyTo(embeddings.Row(row));
        }

        if (_similarity == Similarity.Cosine)
        {
            UnitRows.Write(embeddings.Span, _dimensions, embeddings.Span);
            UnitRows.Write(queries.Span, _dimensions, queries.Span);
        }

        float[] scores = Naive.Scores(queries, embeddings);
        for (int query = 0; query < count; query++)
        {
            Assert.Equal(
                Enumerable.Range(0, rows.Length)
                    .Where(row => rows[row].Alive)
                    .Where(row => filter?.Exclusions?[query]?.Contains(rows[row].Identifier) is not true)
                    .Where(row => filter?.Inclusions?[query]?.Contains(rows[row].Identifier) is not false)
                    .Where(row => filter?.Predicate?.Invoke(rows[row].Identifier) is not false)
                    .Select(row => new ScoredCandidate<int>(rows[row].Identifier, scores[(query * rows.Length) + row], row))
                    .OrderByDescending(candidate => candidate.Score)
                    .ThenBy(candidate => candidate.Row)
                    .Take(k),
                found[query]);
        }
    }

    private CandidateFilter<int> Filter(int queries)
    {
        int modulus = _draw.Between(1, 4), left = _draw.Below(modulus);
        return new CandidateFilter<int>
        {
            Exclusions = _draw.Bool() ? null : Lists(),
            Inclusions = _draw.Below(3) > 0 ? null : Lists(),
            Predicate = _draw.Bool() ? null : identifier => identifier % modulus == left,
        };

        IReadOnlyCollection<int>?[] Lists() => [.. Enumerable.Range(0, queries).Select(_ => (IReadOnlyCollection<int>?)(_draw.Below(3) switch
        {
            0 => null,
            1 => _draw.Ids(_draw.Between(0, 4), _names + 2).ToList(),
            _ => _draw.Ids(_draw.Between(1, _names), _names).ToHashSet(),
        }))];
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
