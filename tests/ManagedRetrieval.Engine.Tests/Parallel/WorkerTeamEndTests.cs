using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Engine.Tests.Parallel;

/// <summary>What would end a run early: an interrupt of the caller, or disposal from another thread.</summary>
public class WorkerTeamEndTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    [Fact]
    public void Interrupts_of_the_caller_change_no_result_and_are_pending_afterwards()
    {
        const int Rounds = 1000;
        using var team = new WorkerTeam(3);
        int sent = 0;
        bool quiet = false;
        string? wrong = null;
        bool pending = false;
        var caller = new Thread(() =>
        {
            try
            {
                // Nothing here but the team blocks, so that only the team can notice an interrupt.
                for (int round = 0; wrong is null && (round < Rounds || !Volatile.Read(ref quiet)); round++)
                {
                    int[] runs = new int[7];
                    team.Run(new Slow(runs, Environment.CurrentManagedThreadId), runs.Length);
                    wrong = runs.AsSpan().IndexOfAnyExcept(1) < 0 ? null : $"round {round} ended with {string.Join(' ', runs)}";
                }
            }
            catch (ThreadInterruptedException failure)
            {
                wrong = failure.ToString();
            }

            try
            {
                Thread.Sleep(100);
            }
            catch (ThreadInterruptedException)
            {
                pending = true;
            }
        });
        caller.Start();
        for (; sent < 20 * Rounds && caller.IsAlive; sent++)
        {
            caller.Interrupt();
            Thread.SpinWait(200);
        }

        Volatile.Write(ref quiet, true);
        Assert.True(caller.Join(Long), "the caller hangs");
        Assert.Null(wrong);
        Assert.True(pending, $"{sent} interrupts were swallowed");
    }

    [Fact]
    public void An_interrupt_that_ends_the_wait_for_another_worker_is_pending_after_that_worker_is_done()
    {
        using var team = new WorkerTeam(2);
        int[] runs = new int[2];
        Exception? failure = null;
        bool pending = false;
        var caller = new Thread(() =>
        {
            Thread.CurrentThread.Interrupt();
            failure = Record.Exception(() => team.Run(new Handover(runs, new int[1], Environment.CurrentManagedThreadId), runs.Length));
            pending = runs.AsSpan().SequenceEqual([1, 1]) && Record.Exception(() => Thread.Sleep(100)) is ThreadInterruptedException;
        });
        caller.Start();
        Assert.True(caller.Join(Long), "the caller hangs");
        Assert.Null(failure);
        Assert.Equal([1, 1], runs);
        Assert.True(pending, "the caller left too early, or the interrupt was swallowed");
    }

    [Fact]
    public void A_part_that_fails_while_the_caller_is_interrupted_is_still_reported_and_the_interrupt_kept()
    {
        using var team = new WorkerTeam(2);
        Exception? failure = null;
        bool pending = false;
        var caller = new Thread(() =>
        {
            Thread.CurrentThread.Interrupt();
            failure = Record.Exception(() => team.Run(new Fail(), 4));
            pending = Record.Exception(() => Thread.Sleep(100)) is ThreadInterruptedException;
        });
        caller.Start();
        Assert.True(caller.Join(Long), "the caller hangs");
        Assert.IsType<TimeZoneNotFoundException>(failure);
        Assert.True(pending, "the interrupt was swallowed");
    }

    [Fact]
    public async Task Disposal_waits_for_what_is_running_and_both_finish()
    {
        var team = new WorkerTeam(3);
        using var started = new SemaphoreSlim(0);
        using var go = new ManualResetEventSlim();
        int[] runs = new int[20];
        Task run = Task.Run(() => team.Run(new Gate(runs, started, go), runs.Length));
        Assert.True(await started.WaitAsync(Long));
        Task disposal = Task.Run(team.Dispose);

        // Refused runs tell that disposal has begun. Were this thread to dispose first, it would wait for a gate that it opens later.
        Assert.True(SpinWait.SpinUntil(() => Record.Exception(() => team.Run(new Fail(), 4)) is ObjectDisposedException, Long), "disposal does not begin");
        await Task.Delay(50);
        Assert.False(disposal.IsCompleted, "disposal did not wait");
        team.Dispose();
        go.Set();
        await Task.WhenAll(run, disposal).WaitAsync(Long);
        Assert.All(runs, count => Assert.Equal(1, count));
        team.Dispose();
        Assert.Throws<ObjectDisposedException>(() => team.Run(new Fail(), 4));
    }

    [Fact]
    public async Task Callers_that_race_with_disposal_finish_their_run_or_are_refused_it()
    {
        for (int round = 0; round < 100; round++)
        {
            var team = new WorkerTeam(3);
            Task[] callers = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
            {
                while (true)
                {
                    int[] runs = new int[9];
                    try
                    {
                        team.Run(new Slow(runs, 0), runs.Length);
                    }
                    catch (ObjectDisposedException)
                    {
                        Assert.All(runs, count => Assert.Equal(0, count));
                        return;
                    }

                    Assert.All(runs, count => Assert.Equal(1, count));
                }
            }))];
            Thread.SpinWait(round * 100);
            await Task.WhenAll([.. callers, Task.Run(team.Dispose), Task.Run(team.Dispose)]).WaitAsync(Long);
        }
    }

    /// <summary>Parts of other threads take longer than those of the caller, which therefore has to wait.</summary>
    private readonly struct Slow(int[] runs, int caller) : IParallelJob
    {
        public void Run(int part)
        {
            Thread.SpinWait(Environment.CurrentManagedThreadId == caller ? 10 : 500);
            Interlocked.Increment(ref runs[part]);
        }
    }

    /// <summary>The caller's part ends only when another worker is in the middle of its own, which is slow.</summary>
    private readonly struct Handover(int[] runs, int[] others, int caller) : IParallelJob
    {
        public void Run(int part)
        {
            if (Environment.CurrentManagedThreadId == caller)
            {
                while (Volatile.Read(ref others[0]) == 0)
                {
                    Thread.SpinWait(10);
                }
            }
            else
            {
                Volatile.Write(ref others[0], 1);
                Thread.Sleep(100);
            }

            Interlocked.Increment(ref runs[part]);
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

    private readonly struct Fail : IParallelJob
    {
        public void Run(int part) => throw new TimeZoneNotFoundException();
    }
}
