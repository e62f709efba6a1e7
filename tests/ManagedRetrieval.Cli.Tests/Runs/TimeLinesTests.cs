using ManagedRetrieval.Cli.Runs;
using ManagedRetrieval.Data;
using ManagedRetrieval.Readers;

namespace ManagedRetrieval.Cli.Tests.Runs;

public class TimeLinesTests
{
    [Fact]
    public async Task A_history_holds_what_came_before_in_the_order_of_time_then_of_rows()
    {
        const string Rows = "user,item,time\na,x,30\na,y,10\nb,z,5\na,w,30\na,v,20\n";
        var source = new FileRowSource("rows.csv", () => new MemoryStream(System.Text.Encoding.UTF8.GetBytes(Rows)));
        (InteractionLog log, _) = await InteractionLog.ReadAsync(source, new InteractionColumns { Time = "time" });
        var lines = new TimeLines(log);
        Assert.Equal(["y", "v", "x", "w"], lines.All(0));
        Assert.Equal([2, 0, 0, 3, 1], TimeLines.Positions(log));
        Assert.Equal(["y", "v"], lines.First(0, 2));
        Assert.Equal(["y", "v"], lines.Until(0, 29));
        Assert.Equal(["y", "v"], lines.Until(0, 20));
        Assert.Equal(["y"], lines.Until(0, 19));
        Assert.Equal([], lines.Until(0, 9));
    }
}
