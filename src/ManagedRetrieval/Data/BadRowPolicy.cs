namespace ManagedRetrieval.Data;

/// <summary>What happens at a row that cannot be read.</summary>
public enum BadRowPolicy
{
    /// <summary>Reading ends with a <see cref="DataFormatException"/> that names the row.</summary>
    Fail,

    /// <summary>The row is left out and counted in <see cref="SkippedRows"/>.</summary>
    Skip,
}
