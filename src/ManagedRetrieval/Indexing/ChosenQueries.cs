using ManagedRetrieval.Engine.Memory;
using GatheredRows = ManagedRetrieval.Engine.Kernels.Rows;

namespace ManagedRetrieval.Indexing;

/// <summary>Queries here and there in a batch, copied into one of their own, so that they are searched for together.</summary>
internal readonly ref struct ChosenQueries
{
    private readonly ReadOnlySpan<int> _chosen;
    private readonly Scratch<float> _queries;
    private readonly Scratch<float> _scores;
    private readonly Scratch<int> _rows;
    private readonly Scratch<int> _excluded;
    private readonly Scratch<int> _offsets;
    private readonly Scratch<Int8Step> _next;

    /// <summary>Copies queries, with the answers that they have so far.</summary>
    /// <param name="all">Where they are.</param>
    /// <param name="chosen">Which, ascending; kept.</param>
    public ChosenQueries(Int8Batch all, ReadOnlySpan<int> chosen)
    {
        int length = all.Queries.Length / all.Count, excluded = 0;
        foreach (int query in chosen)
        {
            excluded += all.Limits.ExcludedBy(query).Length;
        }

        _chosen = chosen;
        _queries = new Scratch<float>(chosen.Length * length);
        _scores = new Scratch<float>(chosen.Length * all.K);
        _rows = new Scratch<int>(chosen.Length * all.K);
        _next = new Scratch<Int8Step>(chosen.Length);
        _excluded = new Scratch<int>(excluded);
        _offsets = new Scratch<int>(excluded > 0 ? chosen.Length + 1 : 0);
        GatheredRows.Gather(all.Queries, length, chosen, _queries.Span);
        GatheredRows.Gather(all.Scores, all.K, chosen, _scores.Span);
        GatheredRows.Gather(all.Next, 1, chosen, _next.Span);
        for (int i = 0, end = 0; i < chosen.Length && excluded > 0; i++)
        {
            ReadOnlySpan<int> of = all.Limits.ExcludedBy(chosen[i]);
            of.CopyTo(_excluded.Span[end..]);
            end += of.Length;
            (_offsets.Span[i], _offsets.Span[i + 1]) = (end - of.Length, end);
        }

        Batch = new Int8Batch
        {
            Queries = _queries.Span,
            Scores = _scores.Span,
            Rows = _rows.Span,
            Limits = all.Limits with { Excluded = _excluded.Span, Offsets = _offsets.Span },
            Next = _next.Span,
        };
    }

    /// <summary>The chosen queries.</summary>
    public Int8Batch Batch { get; }

    /// <summary>Copies their answers, and what they need next, to where they came from.</summary>
    public void Return(Int8Batch all)
    {
        for (int i = 0; i < _chosen.Length; i++)
        {
            Batch.Scores.Slice(i * all.K, all.K).CopyTo(all.Scores[(_chosen[i] * all.K)..]);
            Batch.Rows.Slice(i * all.K, all.K).CopyTo(all.Rows[(_chosen[i] * all.K)..]);
            all.Next[_chosen[i]] = Batch.Next[i];
        }
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _queries.Dispose();
        _scores.Dispose();
        _rows.Dispose();
        _excluded.Dispose();
        _offsets.Dispose();
        _next.Dispose();
    }
}
