using ManagedRetrieval.Data;

namespace ManagedRetrieval.Tests.Data;

[Collection(AloneCollection.Name)]
public class InteractionLogMemoryTests
{
    [Fact]
    public void An_interaction_with_time_and_weight_takes_twenty_bytes_and_little_more()
    {
        object?[] row = ["user", "item", 1L, 1.0];
        object?[][] rows = [.. Enumerable.Repeat(row, 400_000)];
        long before = GC.GetTotalMemory(forceFullCollection: true);
        InteractionLog log = Logs.Read(rows, new InteractionColumns { Time = "time", Weight = "weight" });
        long held = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.Equal(rows.Length, log.Count);

        // No lower bound: what others held before may have gone meanwhile.
        Assert.True(held <= 22L * rows.Length, $"{held} bytes for {rows.Length} interactions");
    }
}
