namespace ManagedRetrieval.Demo.Tests;

/// <summary>What a training run in the page left.</summary>
/// <param name="Curve">What the loss curve says in words.</param>
/// <param name="Found">Percent of the sentences that it never saw whose item is among the first ten.</param>
/// <param name="Answers">To "sort the elements of a list".</param>
/// <param name="Snapshot">The file that was saved.</param>
internal sealed record TrainedModel(string Curve, double Found, string[] Answers, byte[] Snapshot);
