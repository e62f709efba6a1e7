namespace ManagedRetrieval.Cli.Models;

/// <summary>A query or a candidate as the tool's models read it.</summary>
/// <param name="Key">The user's or item's id.</param>
/// <param name="Time">When a query is asked, in the data's unit; 0 where there are no times.</param>
/// <param name="History">The keys of the items that the user met before, oldest first; of a candidate none.</param>
/// <param name="Attributes">What is known of the user or item besides.</param>
internal sealed record Entity(string Key, long Time, IReadOnlyList<string> History, IAttributes Attributes);
