namespace ManagedRetrieval.Indexing;

/// <summary>What the lists of a <see cref="PartitionedIndex{TId}"/> hold for scans.</summary>
public enum PartitionedLists
{
    /// <summary>4-bit codes, a byte for two sub-spaces of each row.</summary>
    FourBit,

    /// <summary>A byte for each element of a row.</summary>
    EightBit,
}
