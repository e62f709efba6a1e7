namespace ManagedRetrieval.Demo.Checks;

/// <summary>What a check of the engine in this browser came to.</summary>
/// <param name="Name">What was checked.</param>
/// <param name="Numbers">How many numbers were compared.</param>
/// <param name="Wrong">The first that was wrong, in words; null where all agree.</param>
internal sealed record CheckResult(string Name, int Numbers, string? Wrong);
