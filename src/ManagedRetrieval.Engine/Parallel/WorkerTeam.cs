using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace ManagedRetrieval.Engine.Parallel;

/// <summary>A fixed team of threads that shares out the parts of one piece of work at a time.</summary>
/// <remarks>
/// <para>The calling thread works too, so a team of one has no threads at all and runs where none exist.</para>
/// <para>A team may be used from several threads: while it is busy, another caller does its own work inline.</para>
/// <para>Results never depend on the number of workers: work is cut by shape, and each part writes to its own place.</para>
/// </remarks>
public sealed unsafe class WorkerTeam : IDisposable
{
    private static readonly TimeSpan SpinTime = TimeSpan.FromMicroseconds(200);

    private readonly Thread[] _threads;
    private readonly SemaphoreSlim[] _wake;
    private readonly object _finished = new();
    private delegate*<void*, int, void> _run;
    private void* _job;
    private int _parts;
    private int _next;
    private int _running;
    private int _busy;
    private int _disposed;
    private volatile bool _ending;
    private Exception? _failure;

    /// <summary>Starts a team.</summary>
    /// <param name="workers">The number of workers, the caller among them; 0 takes one for each processor.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="workers"/> is negative or over 1,024.</exception>
    public WorkerTeam(int workers = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(workers);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(workers, 1024);
        Workers = OperatingSystem.IsBrowser() ? 1 : workers == 0 ? Environment.ProcessorCount : workers;
        _threads = new Thread[Workers - 1];
        _wake = new SemaphoreSlim[Workers - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            SemaphoreSlim wake = _wake[i] = new SemaphoreSlim(0);
            _threads[i] = new Thread(() => WorkLoop(wake)) { IsBackground = true, Name = "retrieval worker" };
            _threads[i].Start();
        }
    }

    /// <summary>A team of one: everything runs on the calling thread.</summary>
    public static WorkerTeam Inline { get; } = new(1);

    /// <summary>The number of workers, the caller among them.</summary>
    public int Workers { get; }

    /// <summary>Runs every part of a job and returns when all are done; the first exception of a part is thrown again.</summary>
    /// <exception cref="ObjectDisposedException">The team was disposed.</exception>
    internal void Run<TJob>(TJob job, int parts)
        where TJob : struct, IParallelJob, allows ref struct
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        if (parts <= 1 || Workers == 1 || Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            for (int part = 0; part < parts; part++)
            {
                job.Run(part);
            }

            return;
        }

        try
        {
            // The parameter lives on this frame until every worker is done, so its address holds.
            Share(&Invoke<TJob>, Unsafe.AsPointer(ref job), parts);
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }

    /// <summary>Ends the threads, after what is running is done. Must not be called from within the team's own work.</summary>
    /// <remarks>An interrupt of the caller does not end the wait; it is pending afterwards.</remarks>
    public void Dispose()
    {
        if (ReferenceEquals(this, Inline) || Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        // Being busy for good keeps out a caller that passed the check for disposal just before; it works inline.
        bool interrupted = Surely(this, static team => team.WaitToBeBusy());
        _ending = true;
        foreach (SemaphoreSlim wake in _wake)
        {
            interrupted |= Surely(wake, static wake => wake.Release());
        }

        foreach (Thread thread in _threads)
        {
            interrupted |= Surely(thread, static thread => thread.Join());
        }

        foreach (SemaphoreSlim wake in _wake)
        {
            wake.Dispose();
        }

        if (interrupted)
        {
            Thread.CurrentThread.Interrupt();
        }
    }

    private static void Invoke<TJob>(void* job, int part)
        where TJob : struct, IParallelJob, allows ref struct =>
        Unsafe.AsRef<TJob>(job).Run(part);

    private void Share(delegate*<void*, int, void> run, void* job, int parts)
    {
        int others = Math.Min(_threads.Length, parts - 1);
        _run = run;
        _job = job;
        _parts = parts;
        _next = -1;
        _failure = null;
        Volatile.Write(ref _running, others);
        bool interrupted = false;
        for (int i = 0; i < others; i++)
        {
            interrupted |= Surely(_wake[i], static wake => wake.Release());
        }

        TakeParts();

        // The job lies on the caller's stack: whatever happens, the caller must not leave before the others are done.
        interrupted |= Surely(this, static team => team.WaitForOthers());
        _job = null;
        if (interrupted)
        {
            Thread.CurrentThread.Interrupt();
        }

        if (_failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Does something that may be done again, however often the thread is interrupted, and says whether it was.</summary>
    private static bool Surely<TTarget>(TTarget target, Action<TTarget> action)
    {
        bool interrupted = false;
        while (true)
        {
            try
            {
                action(target);
                return interrupted;
            }
            catch (ThreadInterruptedException)
            {
                interrupted = true;
            }
        }
    }

    private void WaitToBeBusy()
    {
        var wait = default(SpinWait);
        while (Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            wait.SpinOnce();
        }
    }

    /// <remarks>A condition under a lock, since a semaphore whose waiter was interrupted may lose the next release (.NET 10).</remarks>
    private void WaitForOthers()
    {
        // Some microseconds of spinning cost less than sleeping and being woken.
        const int Spins = 35;
        var spin = default(SpinWait);
        while (Volatile.Read(ref _running) != 0 && spin.Count < Spins)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }

        lock (_finished)
        {
            while (Volatile.Read(ref _running) != 0)
            {
                Monitor.Wait(_finished);
            }
        }
    }

    private void WorkLoop(SemaphoreSlim wake)
    {
        while (true)
        {
            SpinUntilCalled(wake);
            wake.Wait();
            if (_ending)
            {
                return;
            }

            TakeParts();
            if (Interlocked.Decrement(ref _running) == 0)
            {
                lock (_finished)
                {
                    Monitor.PulseAll(_finished);
                }
            }
        }
    }

    /// <summary>Stays awake for a while, since the next kernel of a step often comes within microseconds, and waking takes some 50.</summary>
    private void SpinUntilCalled(SemaphoreSlim wake)
    {
        if (Workers > Environment.ProcessorCount)
        {
            return;
        }

        long start = Stopwatch.GetTimestamp();
        while (wake.CurrentCount == 0 && Stopwatch.GetElapsedTime(start) < SpinTime)
        {
            Thread.SpinWait(10);
        }
    }

    private void TakeParts()
    {
        int part;
        while ((part = Interlocked.Increment(ref _next)) < _parts)
        {
            try
            {
                _run(_job, part);
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref _failure, exception, null);
                Volatile.Write(ref _next, _parts);
            }
        }
    }
}
