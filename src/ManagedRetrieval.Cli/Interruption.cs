using System.Runtime.InteropServices;

namespace ManagedRetrieval.Cli;

/// <summary>Turns Ctrl-C and a request to terminate into cancellation, so that work stops at a clean point.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;

    public Interruption()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _source.Dispose();
    }

    private void Cancel(PosixSignalContext context)
    {
        // A second signal means that stopping takes too long: then the runtime's default, sudden end applies.
        context.Cancel = !_source.IsCancellationRequested;
        _source.Cancel();
    }
}
