namespace ManagedRetrieval.Indexing;

/// <summary>What building a <see cref="PartitionedIndex{TId}"/> is at.</summary>
public enum PartitionedBuildStage
{
    /// <summary>Reading the rows, to check them and to choose those to train on.</summary>
    Reading,

    /// <summary>Training partitions and codewords.</summary>
    Training,

    /// <summary>Finding each row's partition.</summary>
    Assigning,

    /// <summary>Writing rows into lists.</summary>
    Encoding,
}
