namespace ManagedRetrieval.TestKit;

/// <summary>Errors must be of the right kind and say what is wrong.</summary>
public static class Refusal
{
    /// <summary>The action throws exactly <typeparamref name="TException"/>, and its message holds every one of <paramref name="words"/>.</summary>
    public static void Of<TException>(Action action, params ReadOnlySpan<string> words)
        where TException : Exception
    {
        TException exception = Assert.Throws<TException>(action);
        foreach (string word in words)
        {
            Assert.Contains(word, exception.Message, StringComparison.Ordinal);
        }
    }
}
