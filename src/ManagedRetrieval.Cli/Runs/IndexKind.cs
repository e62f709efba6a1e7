namespace ManagedRetrieval.Cli.Runs;

/// <summary>The kinds of index that the tool builds.</summary>
internal enum IndexKind
{
    BruteForce,
    Float16,
    Int8,
    Partitioned,
}
