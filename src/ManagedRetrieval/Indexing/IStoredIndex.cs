using System.Text.Json;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Indexing;

/// <summary>An index that can be a part of a file.</summary>
internal interface IStoredIndex
{
    /// <summary>What files call this kind of index.</summary>
    string Type { get; }

    /// <summary>Adds what the index is made of to a file: properties to the object that is open, and tensors.</summary>
    void WriteTo(Utf8JsonWriter json, SafetensorsWriter writer);
}
