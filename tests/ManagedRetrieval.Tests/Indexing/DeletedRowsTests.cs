using ManagedRetrieval.Indexing;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Indexing;

public class DeletedRowsTests
{
    [Fact]
    public void A_set_holds_what_was_added_to_it_and_never_changes() => RandomCases.Check(
        draw =>
        {
            int rows = draw.Between(1, 20_000);
            var sets = new List<(DeletedRows Set, HashSet<int> Expected)> { (DeletedRows.None, []) };
            for (int edit = 0; edit < draw.Size; edit++)
            {
                (DeletedRows set, HashSet<int> held) = sets[^1];
                HashSet<int> expected = [.. held];
                var builder = new DeletedRowsBuilder(set);
                foreach (int row in draw.Ids(draw.Below(50), rows))
                {
                    Assert.Equal(expected.Add(row), builder.Add(row));
                }

                sets.Add((builder.Finish(), expected));
            }

            ulong[] alive = new ulong[RowSet.Words(rows)];
            foreach ((DeletedRows set, HashSet<int> expected) in sets)
            {
                Assert.Equal(expected.Count, set.Count);
                set.WriteAlive(rows, alive);
                Assert.Equal(rows - expected.Count, RowSet.Count(alive));
                Assert.All(expected, row => Assert.True(set.Contains(row) && !RowSet.Contains(alive, row)));
            }
        },
        cases: 50,
        size: 8);
}
