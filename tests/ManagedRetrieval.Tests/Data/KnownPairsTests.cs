using ManagedRetrieval.Data;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Tests.Towers;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Data;

public class KnownPairsTests
{
    [Fact]
    public void Each_pair_s_group_has_the_candidates_of_all_its_pairs_ascending_and_once() => RandomCases.Check(draw =>
    {
        int pairs = draw.Length();
        int[] names = [0, 1, 2, 7, 1_000_000, int.MaxValue];
        int[] groups = [.. draw.Ids(pairs, names.Length).Select(i => names[i])], positives = draw.Ids(pairs, draw.Length());
        KnownPairs known = KnownPairs.Of(groups, positives);
        Assert.Equal(groups.Distinct().Count(), known.Positives.Count);
        for (int pair = 0; pair < pairs; pair++)
        {
            IEnumerable<int> expected = Enumerable.Range(0, pairs).Where(other => groups[other] == groups[pair]).Select(other => positives[other]).Distinct().Order();
            Assert.Equal(expected, known.Positives[known.Groups[pair]].ToArray());
        }
    });

    [Fact]
    public void Groups_that_do_not_fit_are_refused_before_anything_is_encoded()
    {
        var model = new TwoTowerModel<int[], int[]>(new GivenIds(3), new GivenIds(3), new() { Dimensions = 2 });
        Refused([0, -1], "groups must not be negative, but number 1 is -1");
        Refused([0], "groups must be one for each of the 2 pairs, not 1");
        Refused([0, 1, 2], "groups must be one for each of the 2 pairs, not 3");

        // A query that is null would be refused by its own name.
        void Refused(int[] groups, string problem) => Refusal.Of<ArgumentException>(
            () => RetrievalDataset.Encode(model, [[1], null!], [[0], [1]], [0, 1], groups: groups), problem, "Parameter 'groups'");
    }
}
