using ManagedRetrieval.Cli.ReferenceDocs;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Cli.Tests.ReferenceDocs;

/// <summary>The rules of the split, recomputed in plain loops from the raw documentation.</summary>
internal static class LeakRules
{
    public static void Check(IReadOnlyList<string> xmlFiles, ReferenceDocsDataset dataset)
    {
        IReadOnlyList<DocumentationPair>[] splits = [dataset.Train, dataset.Validation, dataset.Test];
        Dictionary<(string Text, string Name), HashSet<string>> documented = Documented(xmlFiles);
        var splitsOfForm = new Dictionary<string, HashSet<int>>();
        var splitsOfCandidate = new Dictionary<int, HashSet<int>>();
        var splitsOfSummary = new Dictionary<string, HashSet<int>>();
        var kept = new HashSet<(string, string)>();
        for (int split = 0; split < splits.Length; split++)
        {
            foreach (DocumentationPair pair in splits[split])
            {
                string name = dataset.Candidates[pair.Candidate];
                Assert.True(kept.Add((pair.Summary, name)), $"Twice: {name}: {pair.Summary}");
                Assert.True(documented.TryGetValue((pair.Summary, name), out HashSet<string>? forms), $"Made up: {name}: {pair.Summary}");
                Assert.Contains(pair.Form, forms);
                Assert.True(pair.Summary.Split(' ').Length >= 3, $"Short: {pair.Summary}");
                Assert.Equal(split, FixedSplit(pair.Form));
                Add(splitsOfForm, pair.Form, split);
                Add(splitsOfCandidate, pair.Candidate, split);
                Add(splitsOfSummary, Words(pair.Summary), split);
            }
        }

        Assert.All(splitsOfForm.Values, found => Assert.Single(found));
        CheckHeldOut(splits, documented, dataset, splitsOfCandidate, splitsOfSummary);
        CheckNothingElseIsMissing(documented, dataset, kept);
    }

    // Every held-out pair is alone with its candidate and its sentence, among all that was documented, kept or not.
    private static void CheckHeldOut(
        IReadOnlyList<DocumentationPair>[] splits,
        Dictionary<(string Text, string Name), HashSet<string>> documented,
        ReferenceDocsDataset dataset,
        Dictionary<int, HashSet<int>> splitsOfCandidate,
        Dictionary<string, HashSet<int>> splitsOfSummary)
    {
        (Dictionary<string, HashSet<int>> documentedSplits, Dictionary<string, HashSet<string>> owners) = Groups(documented);
        for (int split = 1; split < splits.Length; split++)
        {
            foreach (DocumentationPair pair in splits[split])
            {
                Assert.Equal([split], splitsOfCandidate[pair.Candidate]);
                Assert.Equal([split], splitsOfSummary[Words(pair.Summary)]);
                Assert.Equal([split], documentedSplits[dataset.Candidates[pair.Candidate]]);
                Assert.Equal([dataset.Candidates[pair.Candidate]], owners[Words(pair.Summary)]);
            }
        }
    }

    // The rules are the only reasons to drop a pair, and training pairs are never dropped.
    private static void CheckNothingElseIsMissing(
        Dictionary<(string Text, string Name), HashSet<string>> documented,
        ReferenceDocsDataset dataset,
        HashSet<(string, string)> kept)
    {
        (Dictionary<string, HashSet<int>> documentedSplits, Dictionary<string, HashSet<string>> owners) = Groups(documented);
        int expected = 0;
        foreach (((string text, string name), HashSet<string> forms) in documented)
        {
            bool trained = forms.Any(form => FixedSplit(form) == 0);
            bool alone = documentedSplits[name].Count == 1 && owners[Words(text)].Count == 1;
            Assert.Equal(trained || alone, kept.Contains((text, name)));
            expected += trained || alone ? 1 : 0;
        }

        Assert.Equal(expected, dataset.Train.Count + dataset.Validation.Count + dataset.Test.Count);
    }

    private static (Dictionary<string, HashSet<int>> SplitsOfName, Dictionary<string, HashSet<string>> Owners) Groups(
        Dictionary<(string Text, string Name), HashSet<string>> documented)
    {
        var splitsOfName = new Dictionary<string, HashSet<int>>();
        var owners = new Dictionary<string, HashSet<string>>();
        foreach (((string text, string name), HashSet<string> forms) in documented)
        {
            foreach (string form in forms)
            {
                Add(splitsOfName, name, FixedSplit(form));
            }

            Add(owners, Words(text), name);
        }

        return (splitsOfName, owners);
    }

    private static Dictionary<(string Text, string Name), HashSet<string>> Documented(IReadOnlyList<string> xmlFiles)
    {
        var documented = new Dictionary<(string Text, string Name), HashSet<string>>();
        foreach (RawDocumentation member in RawDocumentation.Read(xmlFiles).Where(member => member.Text.Split(' ').Length >= 3))
        {
            Add(documented, (member.Text, member.Name), member.Form);
        }

        return documented;
    }

    private static int FixedSplit(string form) =>
        StableHash.Bucket(StableHash.Of(form), 10) switch { 8 => 1, 9 => 2, _ => 0 };

    private static string Words(string text) => RawDocumentation.Words(text);

    private static void Add<TKey, TValue>(Dictionary<TKey, HashSet<TValue>> sets, TKey key, TValue value)
        where TKey : notnull
    {
        if (!sets.TryGetValue(key, out HashSet<TValue>? set))
        {
            sets.Add(key, set = []);
        }

        set.Add(value);
    }
}
