using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Parallel;

public class WorkerTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void Every_part_runs_exactly_once(int workers)
    {
        using var team = new WorkerTeam(workers);
        foreach (int parts in Enumerable.Range(0, 40).Append(100).Append(1000))
        {
            int[] runs = new int[parts];
            team.Run(new Count(runs), parts);
            Assert.All(runs, count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public async Task A_job_inside_a_job_runs_to_its_end()
    {
        using var team = new WorkerTeam(3);
        int[] runs = new int[20 * 30];
        await Task.Run(() => team.Run(new Nest(team, runs, 30), 20)).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.All(runs, count => Assert.Equal(1, count));
    }

    [Fact]
    public async Task Several_threads_may_use_one_team()
    {
        using var team = new WorkerTeam(3);
        IEnumerable<Task> callers = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int round = 0; round < 300; round++)
            {
                int[] runs = new int[17];
                team.Run(new Count(runs), runs.Length);
                Assert.All(runs, count => Assert.Equal(1, count));
            }
        }));
        await Task.WhenAll(callers).WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void An_exception_of_a_part_reaches_the_caller_and_the_team_goes_on(int workers)
    {
        using var team = new WorkerTeam(workers);
        for (int bad = 0; bad < 12; bad++)
        {
            int part = bad;
            Refusal.Of<TimeZoneNotFoundException>(() => team.Run(new Fail(part), 12), $"part {part} failed");
            int[] runs = new int[12];
            team.Run(new Count(runs), 12);
            Assert.All(runs, count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public void When_every_part_fails_one_of_the_failures_is_thrown()
    {
        using var team = new WorkerTeam(4);
        for (int round = 0; round < 100; round++)
        {
            Assert.Throws<TimeZoneNotFoundException>(() => team.Run(new Fail(-1), 12));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Disposing_twice_is_harmless(int workers)
    {
        var team = new WorkerTeam(workers);
        team.Run(new Count(new int[9]), 9);
        team.Dispose();
        team.Dispose();
    }

    [Theory]
    [InlineData(1, 9)]
    [InlineData(3, 9)]
    [InlineData(3, 1)]
    public void A_disposed_team_refuses_work(int workers, int parts)
    {
        var team = new WorkerTeam(workers);
        team.Dispose();
        Assert.Throws<ObjectDisposedException>(() => team.Run(new Count(new int[parts]), parts));
        Assert.Throws<ObjectDisposedException>(() => team.Run(new Count(new int[parts]), parts));
    }

    [Fact]
    public void The_shared_inline_team_cannot_be_disposed()
    {
        WorkerTeam.Inline.Dispose();
        int[] runs = new int[3];
        WorkerTeam.Inline.Run(new Count(runs), 3);
        Assert.All(runs, count => Assert.Equal(1, count));
    }

    [Fact]
    public void One_worker_does_everything_on_the_calling_thread()
    {
        using var team = new WorkerTeam(1);
        int[] threads = new int[50];
        team.Run(new WhichThread(threads), threads.Length);
        Assert.All(threads, thread => Assert.Equal(Environment.CurrentManagedThreadId, thread));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1025)]
    public void A_number_of_workers_out_of_range_is_refused(int workers) =>
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new WorkerTeam(workers), "workers", workers.ToString(System.Globalization.CultureInfo.InvariantCulture));

    [Fact]
    public void No_number_takes_a_worker_for_each_processor()
    {
        using var team = new WorkerTeam();
        Assert.Equal(Environment.ProcessorCount, team.Workers);
    }

    private readonly struct Count(int[] runs) : IParallelJob
    {
        public void Run(int part) => Interlocked.Increment(ref runs[part]);
    }

    private readonly struct Nest(WorkerTeam team, int[] runs, int inner) : IParallelJob
    {
        public void Run(int part)
        {
            int[] own = new int[inner];
            team.Run(new Count(own), inner);
            own.CopyTo(runs, part * inner);
        }
    }

    private readonly struct Fail(int bad) : IParallelJob
    {
        public void Run(int part)
        {
            if (bad < 0 || part == bad)
            {
                throw new TimeZoneNotFoundException($"part {part} failed");
            }
        }
    }

    private readonly struct WhichThread(int[] threads) : IParallelJob
    {
        public void Run(int part) => threads[part] = Environment.CurrentManagedThreadId;
    }
}
