using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Indexing;

/// <content>Whether the index answers what the list says.</content>
internal sealed partial class LiveModel
{
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
}
