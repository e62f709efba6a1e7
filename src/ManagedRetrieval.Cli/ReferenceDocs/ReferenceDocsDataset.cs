using System.Numerics;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Cli.ReferenceDocs;

/// <summary>Sentences and the APIs they describe, split without leaks into training, validation and test pairs.</summary>
/// <remarks>
/// All pairs of a form go to one split, chosen by a hash of the form that no seed changes: 80 % training, 10 %
/// validation, 10 % test. A validation or test pair is dropped when its candidate also has a pair in another split, or
/// when its summary, read as lower-case words, belongs to more than one candidate and so has no one right answer.
/// The order of everything depends on the documentation alone.
/// </remarks>
internal sealed class ReferenceDocsDataset
{
    /// <summary>The fewest words of a summary that makes a pair.</summary>
    public const int FewestWords = 3;

    private const int SplitBuckets = 10;
    private const int TrainBuckets = 8;
    private const int Training = 0;
    private const int Validating = 1;
    private const int Testing = 2;

    private ReferenceDocsDataset(
        string[] candidates, string[] candidateTexts, int[] overloads, List<DocumentationPair>[] splits, DatasetCounts counts)
    {
        Candidates = candidates;
        CandidateTexts = candidateTexts;
        Overloads = overloads;
        Train = splits[Training];
        Validation = splits[Validating];
        Test = splits[Testing];
        Counts = counts;
    }

    /// <summary>The corpus: the distinct names of all documented members, in ordinal order.</summary>
    public IReadOnlyList<string> Candidates { get; }

    /// <summary>The candidates' names as lower-case words joined by spaces, row by row: what a model reads.</summary>
    public IReadOnlyList<string> CandidateTexts { get; }

    /// <summary>The number of documented members that bear each candidate's name.</summary>
    public IReadOnlyList<int> Overloads { get; }

    /// <summary>The pairs to learn from.</summary>
    public IReadOnlyList<DocumentationPair> Train { get; }

    /// <summary>The pairs to choose settings by.</summary>
    public IReadOnlyList<DocumentationPair> Validation { get; }

    /// <summary>The pairs to report.</summary>
    public IReadOnlyList<DocumentationPair> Test { get; }

    /// <summary>What was read and what was left out.</summary>
    public DatasetCounts Counts { get; }

    /// <summary>Reads a pack's documentation and builds the data set.</summary>
    /// <exception cref="InvalidDataException">A file is not well-formed; the message names file and line.</exception>
    public static ReferenceDocsDataset Load(ReferencePack pack) => Build(DocumentationReader.Read(pack.XmlFiles));

    /// <summary>Builds the data set; of members with one identifier the first counts.</summary>
    public static ReferenceDocsDataset Build(IReadOnlyList<DocumentedMember> members)
    {
        List<(string Name, SummaryText Summary)> documented = Named(members);
        (string[] candidates, int[] overloads, Dictionary<string, int> rows) = Corpus(documented);
        var texts = new string[candidates.Length];
        for (int row = 0; row < texts.Length; row++)
        {
            texts[row] = IdentifierWords.Join(candidates[row]);
        }

        var sentences = new List<Sentence>(documented.Count);
        var forms = new HashSet<string>(StringComparer.Ordinal);
        foreach ((string name, SummaryText summary) in documented)
        {
            if (summary.WordCount >= FewestWords)
            {
                string form = summary.Form();
                forms.Add(form);
                var pair = new DocumentationPair(summary.Text, form, rows[name]);
                sentences.Add(new(pair, IdentifierWords.Join(summary.Text), SplitOf(form)));
            }
        }

        (List<DocumentationPair>[] splits, int elsewhere, int shared) = Divide(sentences, candidates.Length);
        var counts = new DatasetCounts(documented.Count, documented.Count - sentences.Count, forms.Count, elsewhere, shared);
        return new(candidates, texts, overloads, splits, counts);
    }

    private readonly record struct Sentence(DocumentationPair Pair, string Words, int Split);

    private static int SplitOf(string form) =>
        Math.Max(0, StableHash.Bucket(StableHash.Of(form), SplitBuckets) - TrainBuckets + 1);

    private static List<(string Name, SummaryText Summary)> Named(IReadOnlyList<DocumentedMember> members)
    {
        var seen = new HashSet<string>(members.Count, StringComparer.Ordinal);
        var documented = new List<(string, SummaryText)>(members.Count);
        foreach (DocumentedMember member in members)
        {
            if (seen.Add(member.Id))
            {
                documented.Add((ApiName.OfMember(member.Id), member.Summary));
            }
        }

        return documented;
    }

    private static (string[] Names, int[] Overloads, Dictionary<string, int> Rows) Corpus(
        List<(string Name, SummaryText Summary)> documented)
    {
        var rows = new Dictionary<string, int>(documented.Count, StringComparer.Ordinal);
        foreach ((string name, _) in documented)
        {
            rows.TryAdd(name, 0);
        }

        string[] names = [.. rows.Keys];
        Array.Sort(names, StringComparer.Ordinal);
        for (int row = 0; row < names.Length; row++)
        {
            rows[names[row]] = row;
        }

        var overloads = new int[names.Length];
        foreach ((string name, _) in documented)
        {
            overloads[rows[name]]++;
        }

        return (names, overloads, rows);
    }

    private static (List<DocumentationPair>[] Splits, int Elsewhere, int Shared) Divide(
        List<Sentence> sentences, int candidates)
    {
        const int several = -1;
        var owners = new Dictionary<string, int>(sentences.Count, StringComparer.Ordinal);
        var splitsOfCandidate = new uint[candidates];
        foreach ((DocumentationPair pair, string words, int split) in sentences)
        {
            splitsOfCandidate[pair.Candidate] |= 1u << split;
            if (!owners.TryAdd(words, pair.Candidate) && owners[words] != pair.Candidate)
            {
                owners[words] = several;
            }
        }

        List<DocumentationPair>[] splits = [[], [], []];

        // The split is part of the key: a summary with two markups has two forms, and must not lose its training pair
        // to a held-out one that is dropped.
        var seen = new HashSet<(string, int, int)>(sentences.Count);
        int elsewhere = 0;
        int shared = 0;
        foreach ((DocumentationPair pair, string words, int split) in sentences)
        {
            if (!seen.Add((pair.Summary, pair.Candidate, split)))
            {
                continue;
            }

            if (split != Training && BitOperations.PopCount(splitsOfCandidate[pair.Candidate]) > 1)
            {
                elsewhere++;
            }
            else if (split != Training && owners[words] == several)
            {
                shared++;
            }
            else
            {
                splits[split].Add(pair);
            }
        }

        return (splits, elsewhere, shared);
    }
}
