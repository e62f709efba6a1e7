using System.Globalization;
using System.Text;
using ManagedRetrieval.Cli.ReferenceDocs;

namespace ManagedRetrieval.Cli.Tests.ReferenceDocs;

public class ReferenceDocsDatasetTests(InstalledPack installed) : IClassFixture<InstalledPack>
{
    [Fact]
    public void Candidates_are_the_distinct_names_in_ordinal_order_with_their_overloads()
    {
        ReferenceDocsDataset dataset = ReferenceDocsDataset.Build(
        [
            Member("M:B.Open(System.Int32)", "Opens a thing."),
            Member("M:B.Open(System.String)", "Opens some other thing."),
            Member("M:B.Open(System.String)", "Comes twice and counts once."),
            Member("T:a", "Short."),
            Member("T:B", "Is a thing."),
        ]);
        Assert.Equal(["B", "B.Open", "a"], dataset.Candidates);
        Assert.Equal(["b", "b open", "a"], dataset.CandidateTexts);
        Assert.Equal([1, 2, 1], dataset.Overloads);
        Assert.Equal(4, dataset.Counts.Members);
        Assert.Equal(1, dataset.Counts.ShortSummaries);
        Assert.Equal(3, dataset.Counts.Forms);
    }

    [Fact]
    public void No_rule_is_broken_on_a_made_up_documentation()
    {
        using var folder = new TemporaryFolder();
        string[] files = [folder.Write("made-up.xml", MadeUp())];
        ReferenceDocsDataset dataset = ReferenceDocsDataset.Build(DocumentationReader.Read(files));
        LeakRules.Check(files, dataset);

        // The documentation is made so that every rule has something to do.
        Assert.NotEmpty(dataset.Validation);
        Assert.NotEmpty(dataset.Test);
        Assert.True(dataset.Counts.InAnotherSplit > 10, dataset.Counts.ToString());
        Assert.True(dataset.Counts.Shared > 10, dataset.Counts.ToString());
        Assert.True(dataset.Counts.ShortSummaries > 10, dataset.Counts.ToString());
    }

    [Fact]
    public void Building_twice_gives_the_same_pairs_in_the_same_order()
    {
        using var folder = new TemporaryFolder();
        string[] files = [folder.Write("made-up.xml", MadeUp())];
        ReferenceDocsDataset one = ReferenceDocsDataset.Build(DocumentationReader.Read(files));
        ReferenceDocsDataset two = ReferenceDocsDataset.Build(DocumentationReader.Read(files));
        Assert.Equal(one.Train, two.Train);
        Assert.Equal(one.Validation, two.Validation);
        Assert.Equal(one.Test, two.Test);
    }

    [Fact]
    public void No_documentation_gives_no_candidates()
    {
        ReferenceDocsDataset dataset = ReferenceDocsDataset.Build([]);
        Assert.Empty(dataset.Candidates);
        Assert.Empty(dataset.Train);
    }

    [ReferencePackFact]
    public void No_rule_is_broken_on_the_reference_pack() => LeakRules.Check(installed.XmlFiles, installed.Dataset);

    [ReferencePackFact]
    public void The_reference_pack_has_the_expected_size()
    {
        ReferenceDocsDataset dataset = installed.Dataset;

        // 10.0.12 has 58,326 members and 39,856 names; the ranges leave room for other versions.
        Assert.InRange(dataset.Counts.Members, 45_000, 80_000);
        Assert.InRange(dataset.Candidates.Count, 30_000, 60_000);
        Assert.InRange(dataset.Train.Count, 30_000, 65_000);
        Assert.InRange(dataset.Validation.Count, 1_800, 3_600);
        Assert.InRange(dataset.Test.Count, 1_800, 3_600);
        Assert.Equal(dataset.Counts.Members, dataset.Overloads.Sum());
        Assert.Equal(dataset.Candidates.Order(StringComparer.Ordinal).Distinct(), dataset.Candidates);
        Assert.All(dataset.CandidateTexts, text => Assert.Equal(text, text.ToLowerInvariant()));
        Assert.Contains("System.Collections.Generic.List.AddRange", dataset.Candidates);
    }

    private static DocumentedMember Member(string id, string text) => new(id, new(text, []));

    private static string MadeUp()
    {
        string[] things = ["file", "stream", "socket", "list", "thread", "timer", "queue", "key", "value", "type"];
        string[] verbs = ["Opens", "Closes", "Reads", "Writes", "Sorts", "Finds", "Joins"];
        var xml = new StringBuilder("<doc><members>\n");
        for (int i = 0; i < 600; i++)
        {
            string verb = verbs[i % verbs.Length];
            string thing = things[i / verbs.Length % things.Length];
            string text = (i % 5) switch
            {
                // Alone with its sentence.
                0 => $"{verb} the {thing} {Letters(i)} at once.",

                // The same words under many names, in two spellings.
                1 => $"{verb} the {thing}{(i % 2 == 0 ? "." : "!")}",

                // One form, filled in by numbers.
                2 => $"Moves {i} bits of the {thing}.",
                3 => "Too short.",

                // Many sentences for one name.
                _ => $"Makes the {thing} {Letters(i)} {verb}.",
            };
            string name = i % 5 == 4 ? $"M:Space.Shared{i % 40}.Do(System.Int{i})" : $"M:Space.Own{Letters(i)}.Do";
            xml.Append(CultureInfo.InvariantCulture, $"<member name=\"{name}\"><summary>{text}</summary></member>\n");
            if (i % 10 == 0)
            {
                // A sentence documented twice, once with a reference in it: two forms.
                string reference = $"<see cref=\"M:Space.Verbs.{text.Split(' ')[0]}(System.Int32)\" />{text[text.IndexOf(' ', StringComparison.Ordinal)..]}";
                xml.Append(CultureInfo.InvariantCulture, $"<member name=\"{name}(System.Byte)\"><summary>{reference}</summary></member>\n");
            }
        }

        return xml.Append("</members></doc>\n").ToString();
    }

    private static string Letters(int i) => $"{(char)('a' + i / 26)}{(char)('a' + i % 26)}";
}
