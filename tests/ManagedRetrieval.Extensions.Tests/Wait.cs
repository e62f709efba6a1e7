namespace ManagedRetrieval.Extensions.Tests;

/// <summary>Lets random cases, which are not asynchronous, wait.</summary>
internal static class Wait
{
    public static T For<T>(Task<T> task) => task.GetAwaiter().GetResult();

    public static void For(Task task) => task.GetAwaiter().GetResult();
}
