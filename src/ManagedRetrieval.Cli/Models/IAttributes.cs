namespace ManagedRetrieval.Cli.Models;

/// <summary>Named values of a user or an item.</summary>
internal interface IAttributes
{
    /// <summary>Null where there is none.</summary>
    string? Text(string name);

    /// <summary>NaN where there is none.</summary>
    double Number(string name);

    /// <summary>A value of any kind for people to read; null where there is none.</summary>
    string? Shown(string name);

    /// <summary>Empty where there is none.</summary>
    IReadOnlyList<string> List(string name);
}
