using System.Diagnostics;
using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Engine.Tests.Parallel;

[Collection(Alone.Name)]
public class WorkerTeamMemoryTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void A_warm_team_allocates_nothing(int workers)
    {
        using var team = new WorkerTeam(workers);
        int[] sums = new int[64];
        long least = long.MaxValue;
        for (int window = 0; window < 40 && least > 0; window++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int i = 0; i < 50; i++)
            {
                team.Run(new Touch(sums), sums.Length);
            }

            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        Assert.True(least == 0, $"50 runs allocate {least} bytes");
    }

    [Fact]
    public void A_team_of_one_starts_no_thread()
    {
        // Other threads of the process may end meanwhile, so only growth by as many as there are teams would show them.
        const int Teams = 50;
        int before = Process.GetCurrentProcess().Threads.Count;
        WorkerTeam[] teams = [.. Enumerable.Range(0, Teams).Select(_ => new WorkerTeam(1))];
        foreach (WorkerTeam team in teams)
        {
            team.Run(new Touch(new int[8]), 8);
        }

        int after = Process.GetCurrentProcess().Threads.Count;
        foreach (WorkerTeam team in teams)
        {
            team.Dispose();
        }

        Assert.True(after - before < Teams / 2, $"{Teams} teams of one took the process from {before} to {after} threads");
    }

    private readonly struct Touch(int[] sums) : IParallelJob
    {
        public void Run(int part) => sums[part]++;
    }
}
