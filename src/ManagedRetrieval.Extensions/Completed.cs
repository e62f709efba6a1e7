namespace ManagedRetrieval.Extensions;

/// <summary>Work of the calling thread as a task that has ended.</summary>
internal static class Completed
{
    /// <summary>Runs the body, unless it is cancelled; what it throws is the task's.</summary>
    public static Task<T> Run<T>(Func<T> body, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Task.FromResult(body());
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }
        catch (Exception failure)
        {
            return Task.FromException<T>(failure);
        }
    }
}
