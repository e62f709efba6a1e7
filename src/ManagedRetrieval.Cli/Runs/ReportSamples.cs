using ManagedRetrieval.Cli.Models;
using ManagedRetrieval.Cli.Reports;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Sampling;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>What a report shows of the embeddings themselves: scores, the items' map, and some answers.</summary>
internal sealed class ReportSamples
{
    private const int Bins = 40, ScoredQueries = 2000, NegativesOfQuery = 5, ShownQueries = 6, ShownAnswers = 5, ShownHistory = 3;

    private readonly RunResults _results;
    private readonly HeldOutQueries? _test;
    private readonly Tensor<float> _queries;
    private readonly IReadOnlyList<string> _labels;
    private readonly WorkerTeam _team;

    public ReportSamples(RunResults results, WorkerTeam team)
    {
        (_results, _test, _team) = (results, results.TrainingData.Test, team);
        _labels = results.TrainingData.Labels(results.Data.LabelColumn);
        _queries = _test is null ? default : results.Kept.Model.EmbedQueries([.. _test.Queries.Take(ScoredQueries)], team);
    }

    /// <summary>Scores of positives and of random candidates.</summary>
    public IReadOnlyList<ScoreHistogram> Scores()
    {
        if (_test is null)
        {
            return [];
        }

        var others = new UniformSampler(_results.Kept.Corpus.Shape.Rows);
        int[] drawn = new int[NegativesOfQuery];
        var positives = new List<float>();
        var randoms = new List<float>();
        Tensor<float> corpus = _results.Kept.Corpus;
        for (int query = 0; query < _queries.Shape.Rows; query++)
        {
            positives.AddRange(RowScores.Of(_queries.Rows(query, 1), corpus, _test.Interactions.Positives[query], _team));
            others.Sample(_results.Kept.Seed, (ulong)query, drawn);
            randoms.AddRange(RowScores.Of(_queries.Rows(query, 1), corpus, drawn, _team));
        }

        return ScoreHistogram.Count(Bins, ("held-out items", positives.ToArray()), ("random items", randoms.ToArray()));
    }

    /// <summary>The items for their map.</summary>
    public ItemEmbeddings Items()
    {
        long[] popularity = _results.TrainingData.Popularity();
        string? column = _results.Data.GroupColumn;

        // Of a list such as "Comedy|Drama" the first word names the group.
        string[]? groups = column is null ? null : [.. _results.TrainingData.Corpus.Select(item => (item.Attributes.Shown(column) ?? "").Split('|', ',', ';')[0].Trim())];
        return new ItemEmbeddings(_results.Kept.Corpus, _labels, popularity, groups) { GroupName = column ?? "group" };
    }

    /// <summary>Some test queries and what the model answers.</summary>
    public IReadOnlyList<SampleQuery> Answers()
    {
        if (_test is null)
        {
            return [];
        }

        // Spread over all queries, so that they are no neighbours in the file.
        int count = Math.Min(ShownQueries, _queries.Shape.Rows);
        int[] chosen = [.. Enumerable.Range(0, count).Select(i => (int)((long)i * _queries.Shape.Rows / count))];
        var queries = new Tensor<float>(_queries.Shape.WithRows(count));
        for (int i = 0; i < count; i++)
        {
            _queries.Row(chosen[i]).CopyTo(queries.Row(i));
        }

        RaggedIds excluded = _test.Interactions.ExcludedLists();
        var index = new BruteForceIndex<int>(_results.Kept.Corpus, [.. Enumerable.Range(0, _labels.Count)], _team);
        ScoredCandidate<int>[][] answers = index.Search(queries, ShownAnswers, [.. chosen.Select(query => (IReadOnlyCollection<int>)excluded[query].ToArray())]);
        return [.. chosen.Select((query, i) => new SampleQuery(
            Describe(_test.Queries[query]),
            [.. answers[i].Select(answer => new SampleAnswer(_labels[answer.Row], answer.Score, _test.Interactions.Positives[query].Contains(answer.Row)))]))];
    }

    private string Describe(Entity query)
    {
        if (query.History.Count == 0)
        {
            return query.Key;
        }

        IEnumerable<string> last = query.History.Skip(query.History.Count - ShownHistory).Select(Label);
        return $"{query.Key}, who last had {string.Join(", ", last)}";
    }

    private string Label(string key)
    {
        int row = _results.TrainingData.Split.Train.Items.IndexOf(key);
        return row < 0 ? key : _labels[row];
    }
}
