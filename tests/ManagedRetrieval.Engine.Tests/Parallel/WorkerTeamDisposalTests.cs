using System.Collections.Concurrent;
using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Engine.Tests.Parallel;

/// <summary>Disposal waits for what runs and ends the threads, also when it is interrupted.</summary>
public class WorkerTeamDisposalTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Disposal_waits_for_what_is_running_and_both_finish()
    {
        var team = new WorkerTeam(3);
        using var started = new SemaphoreSlim(0);
        using var go = new ManualResetEventSlim();
        int[] runs = new int[20];
        Task run = Task.Run(() => team.Run(new Gate(runs, started, go), runs.Length));
        Assert.True(await started.WaitAsync(Long));

        // A thread of its own, that has begun: where the pool is busy, the second disposal below would otherwise be the first, and wait for good.
        Task disposal = Task.Factory.StartNew(team.Dispose, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Assert.True(SpinWait.SpinUntil(() => Record.Exception(() => team.Run(new Gate(runs, started, go), 0)) is ObjectDisposedException, Long), "disposal did not begin");
        await Task.Delay(50);
        Assert.False(disposal.IsCompleted, "disposal did not wait");
        team.Dispose();
        go.Set();
        await Task.WhenAll(run, disposal).WaitAsync(Long);
        Assert.All(runs, count => Assert.Equal(1, count));
        team.Dispose();
        Assert.Throws<ObjectDisposedException>(() => team.Run(new Gate(runs, started, go), 4));
    }

    [Fact]
    public void An_interrupt_of_an_idle_teams_disposal_leaves_no_thread_alive_and_is_pending_afterwards()
    {
        // Many rounds, since a thread may be gone before anybody waits for it.
        for (int round = 0; round < 50; round++)
        {
            var team = new WorkerTeam(3);
            Thread[] threads = Threads(team);
            AssertThatInterruptedDisposalEnds(threads, team, before: () => Thread.CurrentThread.Interrupt(), meanwhile: _ => { });
        }
    }

    [Fact]
    public async Task An_interrupt_of_disposal_while_a_part_runs_leaves_no_thread_alive_and_is_pending_afterwards()
    {
        var team = new WorkerTeam(3);
        Thread[] threads = Threads(team);
        using var started = new SemaphoreSlim(0);
        using var go = new ManualResetEventSlim();
        int[] runs = new int[20];
        Task run = Task.Run(() => team.Run(new Gate(runs, started, go), runs.Length));
        Assert.True(await started.WaitAsync(Long));
        AssertThatInterruptedDisposalEnds(threads, team, before: () => { }, meanwhile: disposer =>
        {
            for (int i = 0; i < 20; i++)
            {
                Thread.Sleep(2);
                disposer.Interrupt();
            }

            Assert.True(disposer.IsAlive, "disposal did not wait");
            go.Set();
        });
        await run.WaitAsync(Long);
        Assert.All(runs, count => Assert.Equal(1, count));
    }

    /// <summary>The threads of a team, the caller's left out.</summary>
    private static Thread[] Threads(WorkerTeam team)
    {
        var threads = new ConcurrentBag<Thread>();
        using var barrier = new Barrier(team.Workers);
        team.Run(new Meet(barrier, threads), team.Workers);
        Thread[] others = [.. threads.Where(thread => thread != Thread.CurrentThread)];
        Assert.Equal(team.Workers - 1, others.Distinct().Count());
        return others;
    }

    private static void AssertThatInterruptedDisposalEnds(Thread[] threads, WorkerTeam team, Action before, Action<Thread> meanwhile)
    {
        Exception? failure = null;
        bool alive = true;
        bool pending = false;
        var disposer = new Thread(() =>
        {
            before();
            failure = Record.Exception(team.Dispose);
            alive = threads.Any(thread => thread.IsAlive);
            pending = Record.Exception(() => Thread.Sleep(100)) is ThreadInterruptedException;
        });
        disposer.Start();
        meanwhile(disposer);
        Assert.True(disposer.Join(Long), "the disposer hangs");
        Assert.Null(failure);
        Assert.False(alive, "a thread of the team outlives it");
        Assert.True(pending, "the interrupt was swallowed");
    }

    /// <summary>Every thread takes one part, since none ends before all have begun.</summary>
    private readonly struct Meet(Barrier barrier, ConcurrentBag<Thread> threads) : IParallelJob
    {
        public void Run(int part)
        {
            threads.Add(Thread.CurrentThread);
            barrier.SignalAndWait();
        }
    }

    private readonly struct Gate(int[] runs, SemaphoreSlim started, ManualResetEventSlim go) : IParallelJob
    {
        public void Run(int part)
        {
            started.Release();
            go.Wait();
            Interlocked.Increment(ref runs[part]);
        }
    }
}
