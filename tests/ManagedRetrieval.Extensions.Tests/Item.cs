using Microsoft.Extensions.VectorData;

namespace ManagedRetrieval.Extensions.Tests;

/// <summary>A record with properties of several types.</summary>
public sealed class Item
{
    [VectorStoreKey]
    public int Id { get; set; }

    [VectorStoreData(StorageName = "title")]
    public string? Title { get; set; }

    [VectorStoreData]
    public int Year { get; set; }

    [VectorStoreData]
    public long? Sold { get; set; }

    [VectorStoreData]
    public double Rating { get; set; }

    [VectorStoreData]
    public float? Weight { get; set; }

    [VectorStoreData]
    public bool IsNew { get; set; }

    [VectorStoreData]
    public DateTime Added { get; set; }

    [VectorStoreData]
    public string[]? Tags { get; set; }

    [VectorStoreData]
    public List<int>? Sizes { get; set; }

    [VectorStoreVector(3)]
    public ReadOnlyMemory<float>? Vector { get; set; }

    public string NotStored { get; set; } = "as it was made";
}
